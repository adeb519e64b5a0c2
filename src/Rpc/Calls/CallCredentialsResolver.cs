using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>Finds what the credentials of the channel and of a call add to its metadata.</summary>
internal sealed class CallCredentialsResolver
{
    private readonly Uri _address;
    private readonly bool _mayTravel;
    private readonly CallCredentials[] _ofChannel;

    public CallCredentialsResolver(Uri address, ChannelSecurity security, RpcChannelOptions options)
    {
        _address = address;
        _mayTravel = security.IsSecure || options.UnsafeUseInsecureChannelCallCredentials;
        _ofChannel = [.. new[] { security.CallCredentials, options.CallCredentials }.OfType<CallCredentials>()];
    }

    /// <summary>Whether a call with these credentials of its own has any to resolve.</summary>
    public bool Apply(CallCredentials? ofCall) => ofCall is not null || _ofChannel.Length > 0;

    /// <exception cref="RpcException">UNAUTHENTICATED: there are credentials, but the channel is cleartext.</exception>
    public async ValueTask<Metadata> ResolveAsync(IMethod method, CallCredentials? ofCall, CancellationToken cancellationToken)
    {
        if (!_mayTravel)
            throw new RpcException(new Status(
                StatusCode.Unauthenticated, "The call has credentials, but the channel is cleartext and was not told to send them."));
        var interceptors = new Interceptors();
        foreach (var credentials in _ofChannel)
            credentials.InternalPopulateConfiguration(interceptors, null);
        ofCall?.InternalPopulateConfiguration(interceptors, null);

        var metadata = new Metadata();
        var context = new AuthInterceptorContext(
            $"{_address.Scheme}://{_address.Authority}/{method.ServiceName}", method.Name, cancellationToken);
        foreach (var interceptor in interceptors.Found)
            await interceptor(context, metadata);
        return metadata;
    }

    private sealed class Interceptors : CallCredentialsConfiguratorBase
    {
        public List<AsyncAuthInterceptor> Found { get; } = [];

        public override void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials)
        {
            foreach (var part in credentials)
                part.InternalPopulateConfiguration(this, state);
        }

        public override void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor) => Found.Add(interceptor);
    }
}
