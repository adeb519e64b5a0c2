using Grpc.Core;
using Grpc.Net.Client;
using Koda.Client.Agents;
using Koda.Client.Approvals;
using Koda.Client.Calls;
using Koda.Client.Evidence;
using Koda.Client.Identity;
using Koda.Client.Providers;
using Koda.Client.Onboarding;
using Koda.Client.Operations;
using Koda.Client.Secrets;
using Koda.Client.Sessions;
using Koda.Client.Settings;
using Koda.Client.Skills;
using Koda.Client.Tasks;

namespace Koda.Client;

/// <summary>
/// A client of one Koda server: thread-safe, cheap to share, and the owner of its connections.
/// Every call fails with <see cref="KodaException"/>, or <see cref="OperationCanceledException"/> when its token is cancelled.
/// </summary>
public sealed class KodaClient : IAsyncDisposable, IDisposable
{
    private readonly GrpcChannel? _channel;
    private readonly CallRunner _calls;
    private readonly Runtime.ReadinessService.ReadinessServiceClient _readiness;
    private readonly Runtime.WorkerService.WorkerServiceClient _workers;

    /// <summary>Prepares a client. It connects with the first call.</summary>
    public KodaClient(KodaClientOptions options)
        : this(options, GrpcChannel.ForAddress(options.Url, ChannelSettings.Create(options))) { }

    internal KodaClient(KodaClientOptions options, CallInvoker invoker)
    {
        Options = options;
        CallInvoker = invoker;
        _calls = new CallRunner(options);
        _readiness = new(invoker);
        _workers = new(invoker);
        Tasks = new TaskClient(invoker, _calls);
        Sessions = new SessionClient(invoker, _calls);
        Agents = new AgentClient(invoker, _calls);
        Approvals = new ApprovalClient(invoker, _calls);
        Auth = new AuthClient(invoker, _calls);
        Audit = new AuditClient(invoker, _calls);
        Evidence = new EvidenceClient(invoker, _calls);
        Skills = new SkillClient(invoker, _calls);
        Operations = new OperationsClient(invoker, _calls);
        Secrets = new SecretClient(invoker, _calls);
        Onboarding = new OnboardingClient(invoker, _calls);
        Settings = new SettingsClient(invoker, _calls);
        Providers = new ProviderClient(invoker, _calls);
        Connections = new ConnectionClient(invoker, _calls);
    }

    private KodaClient(KodaClientOptions options, GrpcChannel channel) : this(options, channel.CreateCallInvoker()) => _channel = channel;

    /// <summary>The options with which the client was made.</summary>
    public KodaClientOptions Options { get; }

    /// <summary>For generated clients of services that have no typed member here. It does not add the token.</summary>
    public CallInvoker CallInvoker { get; }

    /// <summary>Submits, reads, follows and steers tasks.</summary>
    public TaskClient Tasks { get; }

    /// <summary>Coding sessions: talks in them, branches them, and brings their files back.</summary>
    public SessionClient Sessions { get; }

    /// <summary>Reads and configures agents.</summary>
    public AgentClient Agents { get; }

    /// <summary>Reads and answers approvals.</summary>
    public ApprovalClient Approvals { get; }

    /// <summary>Reads skills.</summary>
    public SkillClient Skills { get; }

    /// <summary>Looks after the master key.</summary>
    public SecretClient Secrets { get; }

    /// <summary>Reads and changes settings of the whole installation.</summary>
    public SettingsClient Settings { get; }

    /// <summary>Connects model providers, and lists their models.</summary>
    public ProviderClient Providers { get; }

    /// <summary>Sets the connections of the whole installation, and shows how integrations fare.</summary>
    public ConnectionClient Connections { get; }

    /// <summary>Registers the owner, signs in and out, and keeps sessions and tokens.</summary>
    public AuthClient Auth { get; }

    /// <summary>Reads and follows the audit stream.</summary>
    public AuditClient Audit { get; }

    /// <summary>Reads the log as it was hashed.</summary>
    public EvidenceClient Evidence { get; }

    /// <summary>What an operator watches: every run, what waits for a person, what models cost.</summary>
    public OperationsClient Operations { get; }

    /// <summary>Leads from a fresh server to the first task.</summary>
    public OnboardingClient Onboarding { get; }

    /// <summary>Lists the connected workers, of whichever server, by name.</summary>
    public async Task<IReadOnlyList<Runtime.Worker>> ListWorkersAsync(CancellationToken cancellationToken = default) =>
        (await _calls.Run(o => _workers.ListWorkersAsync(new(), o), Repeat.WhenSafe, cancellationToken)).Items;

    /// <summary>Asks whether the server takes work. A server that takes none answers with the reasons; it does not fail.</summary>
    public Task<Runtime.Readiness> GetReadinessAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _readiness.GetReadinessAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Closes the connections; calls under way are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
            await _channel.ShutdownAsync();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => _channel?.Dispose();
}
