using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Server.Http.OpenApi;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public sealed class UniqueNamesTests
{
    [Fact]
    public void A_name_that_two_packages_have_gets_the_package_before_it()
    {
        IDescriptor[] declarations =
        [
            Declare("shop.orders.v1").MessageTypes[0],
            Declare("shop.parts.v1").MessageTypes[0],
            Declare("other.v1", "Tree").MessageTypes[0],
        ];

        Assert.Equal(
            ["OrdersBook", "PartsBook", "Tree"], declarations.Select(declaration => UniqueNames.Assign(declarations)[declaration]));
    }

    [Fact]
    public void A_name_that_is_still_taken_twice_is_the_full_one()
    {
        IDescriptor[] methods = [Declare("shop.orders.v1").Services[0].Methods[0], Declare("shop.orders.v2").Services[0].Methods[0]];

        Assert.Equal(
            ["ShopOrdersV1BookServiceGetBook", "ShopOrdersV2BookServiceGetBook"],
            methods.Select(method => UniqueNames.Assign(methods)[method]));
    }

    private static FileDescriptor Declare(string package, string name = "Book")
    {
        var file = new FileDescriptorProto
        {
            Name = $"{package}.proto",
            Package = package,
            Syntax = "proto3",
            MessageType = { new DescriptorProto { Name = name } },
        };
        var method = new MethodDescriptorProto { Name = $"Get{name}", InputType = $".{package}.{name}", OutputType = $".{package}.{name}" };
        file.Service.Add(new ServiceDescriptorProto { Name = $"{name}Service", Method = { method } });
        return FileDescriptor.BuildFromByteStrings([file.ToByteString()])[0];
    }
}
