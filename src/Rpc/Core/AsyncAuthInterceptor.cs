namespace Grpc.Core;

/// <summary>Adds the credentials of one call, for example an authorization entry, to its metadata.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
