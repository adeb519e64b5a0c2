using Koda.Server.Http;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Subagents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Surfaces.Code;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>Coding sessions: their engine and their surface.</summary>
internal static class CodeServices
{
    public static IServiceCollection AddConversations(this IServiceCollection services) =>
        services
            .AddSingleton<ModelChoices>()
            .AddSingleton<CreateConversation>()
            .AddSingleton<GetConversation>()
            .AddSingleton<ListConversations>()
            .AddSingleton<UpdateConversation>()
            .AddSingleton<DeleteConversation>()
            .AddSingleton<BranchConversation>()
            .AddSingleton<ReadConversation>()
            .AddSingleton<TurnPlan>()
            .AddSingleton<StartTurn>()
            .AddSingleton<SendMessage>()
            .AddSingleton<GetTurn>()
            .AddSingleton<CancelTurn>()
            .AddSingleton<ListSnapshots>()
            .AddSingleton<StartOperation>()
            .AddSingleton<RunOperation>()
            .AddSingleton<RestoreSnapshot>()
            .AddSingleton<ReadJournal>()
            .AddSingleton<AnswerQuestion>()
            .AddSingleton<ListQuestions>()
            .AddSingleton<ReadCodeSetting>()
            .AddSingleton<ChangeCodeSetting>()
            .AddSingleton<StartSubagents>()
            .AddSingleton<StartSubagent>()
            .AddSingleton<IDelegations, DelegateAttempt>()
            .AddSweep<FollowSubagents>()
            .AddSingleton<ListSubagents>()
            .AddSingleton<ITaskListener, ConversationTurns>()
            .AddSingleton<ITaskListener, SubagentNews>();

    public static IServiceCollection AddCodeSurface(this IServiceCollection services) =>
        services
            .AddSingleton<IDialect, CodeDialect>()
            .AddSingleton<AgentReading>()
            .AddSingleton<SessionService>()
            .AddSingleton<TurnService>()
            .AddSingleton<SnapshotService>()
            .AddSingleton<SubagentService>()
            .AddSingleton<AgentService>()
            .AddSingleton<ModelService>()
            .AddSingleton<ConfigService>();

    public static void MapCodeSurface(this IEndpointRouteBuilder app)
    {
        app.MapRpcService<SessionService>();
        app.MapRpcService<TurnService>();
        app.MapRpcService<SnapshotService>();
        app.MapRpcService<SubagentService>();
        app.MapRpcService<AgentService>();
        app.MapRpcService<ModelService>();
        app.MapRpcService<ConfigService>();
    }
}
