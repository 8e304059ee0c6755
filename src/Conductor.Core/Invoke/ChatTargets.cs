using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Costing;
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
        Limit(call, hop, mine);
        Refuse(call, mine);
        return mine;
    }

    /// <summary>Gives an answer a limit where the caller names none and a hard budget has to know one, or where its key allows no longer one; the caller is told.</summary>
    /// <exception cref="ProviderException">The caller refuses losses.</exception>
    public static void Limit(ModelCall call, RouteHop hop, ChatOptions options)
    {
        if (OutputLimits.Ceiling(call) is { } ceiling && !(options.MaxOutputTokens <= ceiling))
        {
            call.Change([OutputLimits.Changed]); // whoever refuses losses has been refused before
            options.MaxOutputTokens = CostEstimator.MaxOutputTokens(hop, ceiling);
        }
        else if (options.MaxOutputTokens is null && OutputLimits.Added(call, hop) is { } limit)
        {
            NoteLosses(call, [], [OutputLimits.Changed]);
            options.MaxOutputTokens = limit;
        }
    }

    /// <summary>Notes what was lost when the caller's bytes were read.</summary>
    /// <exception cref="ProviderException">The caller refuses losses; another target may take the bytes as they are.</exception>
    public static void NoteLosses(ChatCall call) =>
        NoteLosses(call, call.Request.Dropped, call.Request.Changed);

    /// <summary>The same, for any call.</summary>
    public static void NoteLosses(ModelCall call, IReadOnlyList<string> dropped, IReadOnlyList<string> changed)
    {
        if (call.Options.RefuseLosses && changed.Concat(dropped).FirstOrDefault() is { } lost)
        {
            throw new ProviderException(ProviderErrorKind.Unsupported, $"'{lost}' cannot be passed on to this model as it is, and the request does not allow losses ('x-conductor-strict').") { Param = lost };
        }

        call.Drop(dropped);
        call.Change(changed);
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
