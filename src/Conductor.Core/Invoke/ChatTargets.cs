using Conductor.Calls;
using Conductor.Providers;
using Conductor.Routing;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

internal static class ChatTargets
{
    /// <summary>The caller's options for one target. A copy: the next hop has another model.</summary>
    public static ChatOptions For(ChatCall call, RouteHop hop)
    {
        var mine = call.Request.Options.Clone();
        mine.ModelId = hop.Model.Id;
        Refuse(call, mine);
        return mine;
    }

    /// <summary>Says it to the provider where the caller refuses losses.</summary>
    public static void Refuse(ModelCall call, ChatOptions options)
    {
        if (call.Options.RefuseLosses)
        {
            (options.AdditionalProperties ??= [])[RefusedLosses.Key] = true;
        }
    }
}
