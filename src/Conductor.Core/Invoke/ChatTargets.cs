using Conductor.Routing;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

internal static class ChatTargets
{
    /// <summary>The caller's options for one target. A copy: the next hop has another model.</summary>
    public static ChatOptions For(ChatOptions options, RouteHop hop)
    {
        var mine = options.Clone();
        mine.ModelId = hop.Model.Id;
        return mine;
    }
}
