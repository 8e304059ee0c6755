using Conductor.Calls;
using Conductor.Costing;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

/// <summary>A streamed chat answer in Microsoft.Extensions.AI's types. Primed like its raw sibling.</summary>
internal static class TypedChatStream
{
    public static async Task<ChatOutcome> StartAsync(ChatCall call, AttemptScope scope, IChatClient client)
    {
        var chat = call.Request;
        var stream = await PrimedUpdates.StartAsync(
            call,
            scope,
            client.GetStreamingResponseAsync(chat.Messages, ChatTargets.For(call, scope.Hop), scope.Token),
            outputTokens => PartialUsage.Within(UsageEstimator.Estimate(UsageEstimator.InputTokens(call), outputTokens), call, scope.Hop)).ConfigureAwait(false);
        return new ChatOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Updates = stream.ReadAsync(),
        };
    }
}
