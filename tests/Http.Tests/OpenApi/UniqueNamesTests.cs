using Google.Protobuf.Reflection;
using Koda.Server.Http.OpenApi;
using Koda.Http.Tests.Conflict;
using Koda.Http.Tests.Kinds;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public class UniqueNamesTests
{
    [Fact]
    public void A_name_that_two_packages_have_gets_the_package_before_it()
    {
        IDescriptor[] declarations = [Library.Book.Descriptor, Conflict.Book.Descriptor, Tree.Descriptor];

        Assert.Equal(["LibraryBook", "ConflictBook", "Tree"], declarations.Select(declaration => UniqueNames.Assign(declarations)[declaration]));
    }

    [Fact]
    public void Methods_of_one_package_with_one_name_get_their_full_names()
    {
        var methods = ConflictReflection.Descriptor.Services.SelectMany(service => service.Methods).Where(method => method.Name == "GetThing").ToArray();

        Assert.Equal(
            ["TestingConflictV1RivalServiceGetThing", "TestingConflictV1LostFieldServiceGetThing"],
            methods.Select(method => UniqueNames.Assign(methods)[method]));
    }
}
