using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Routing;

namespace Conductor.Budgets;

/// <summary>How long an answer may become. A key may have a ceiling; and a hard budget has to know, so that a call which names no limit is given one.</summary>
internal static class OutputLimits
{
    /// <summary>What the caller is told was changed.</summary>
    public const string Changed = "max_tokens";

    /// <summary>The limit that goes out with a call instead of its own, which it does not name or may not have; null where its own will do.</summary>
    public static int? Added(ModelCall call, RouteHop hop)
    {
        var asked = Named(call);
        return Ceiling(call) is { } ceiling && !(asked <= ceiling) ? CostEstimator.MaxOutputTokens(hop, ceiling)
            : asked is null && call.Budget is { IsHard: true } && hop.Price is not { IsFree: true } ? Standard(call, hop)
            : null;
    }

    /// <summary>The longest answer of a call, in tokens.</summary>
    public static int Of(ModelCall call, RouteHop hop) => Asked(call) is { } asked ? CostEstimator.MaxOutputTokens(hop, asked) : Standard(call, hop);

    /// <summary>The limit of an answer for which the caller names none: the model's entry in the catalogue, the settings', never above what the model can do.</summary>
    public static int Standard(ModelCall call, RouteHop hop)
    {
        var catalog = call.Catalog!;
        var standard = catalog.Prices.FindModel(hop.Provider.Name, hop.Model.Id)?.DefaultMaxOutputTokens ?? catalog.Settings.Limits.DefaultMaxOutputTokens;
        return CostEstimator.MaxOutputTokens(hop, Ceiling(call) is { } ceiling ? Math.Min(standard, ceiling) : standard);
    }

    /// <summary>The longest answer that the caller's key allows; null where it has no ceiling.</summary>
    public static int? Ceiling(ModelCall call) => call.Context.Key?.MaxTokens;

    /// <summary>The limit that the caller names, its key's ceiling over it; null where there is neither.</summary>
    public static int? Asked(ModelCall call) => (Named(call), Ceiling(call)) switch
    {
        ({ } asked, { } ceiling) => Math.Min(asked, ceiling),
        var (asked, ceiling) => asked ?? (call is ChatCall or OperationCall ? ceiling : null),
    };

    /// <summary>Holds a call that takes no losses to its key's ceiling. Every other call is given it, and told.</summary>
    /// <exception cref="InvalidRequestException">It names a larger limit, or none.</exception>
    public static void Check(ModelCall call)
    {
        if (!call.Options.RefuseLosses || Ceiling(call) is not { } ceiling || call is not (ChatCall or OperationCall { MaxTokens: not null }) || Named(call) <= ceiling)
        {
            return;
        }

        throw new InvalidRequestException($"With this key an answer has at most {ceiling} tokens, and the request does not allow losses ('x-conductor-strict'): name a limit of {ceiling} or less.", Changed, "max_tokens_exceeded");
    }

    private static int? Named(ModelCall call) => call switch
    {
        ChatCall { Body: { } body } => body.Peek.MaxTokens,
        ChatCall chat => chat.Request.Options.MaxOutputTokens,
        OperationCall operation => operation.MaxTokens,
        _ => null,
    };

    /// <summary>Whether a body may hold a limit under any name, with whatever value: with null, for example, which is none. A text in it that holds such a name in quotes has them escaped.</summary>
    public static bool MayBeNamed(ReadOnlySpan<byte> json) => json.IndexOf("_tokens\""u8) >= 0 || json.IndexOf("\\u00"u8) >= 0;
}
