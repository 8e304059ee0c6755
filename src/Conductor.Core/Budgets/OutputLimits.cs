using Conductor.Calls;
using Conductor.Costing;
using Conductor.Routing;

namespace Conductor.Budgets;

/// <summary>How long an answer may become. A hard budget has to know, so that a call which names no limit is given one.</summary>
internal static class OutputLimits
{
    /// <summary>What the caller is told was changed.</summary>
    public const string Changed = "max_tokens";

    /// <summary>The limit that goes out with a call because it names none and is under a hard budget; null where none is needed.</summary>
    public static int? Added(ModelCall call, RouteHop hop) =>
        call.Budget is { IsHard: true } && hop.Price is not { IsFree: true } && Asked(call) is null ? Standard(call, hop) : null;

    /// <summary>The longest answer of a call, in tokens.</summary>
    public static int Of(ModelCall call, RouteHop hop) => Asked(call) is { } asked ? CostEstimator.MaxOutputTokens(hop, asked) : Standard(call, hop);

    /// <summary>The limit of an answer for which the caller names none: the model's entry in the catalogue, the settings', never above what the model can do.</summary>
    public static int Standard(ModelCall call, RouteHop hop)
    {
        var catalog = call.Catalog!;
        var standard = catalog.Prices.FindModel(hop.Provider.Name, hop.Model.Id)?.DefaultMaxOutputTokens ?? catalog.Settings.Limits.DefaultMaxOutputTokens;
        return CostEstimator.MaxOutputTokens(hop, standard);
    }

    /// <summary>The limit that the caller names; null where it names none.</summary>
    public static int? Asked(ModelCall call) => call switch
    {
        ChatCall { Body: { } body } => body.Peek.MaxTokens,
        ChatCall chat => chat.Request.Options.MaxOutputTokens,
        OperationCall operation => operation.MaxTokens,
        _ => null,
    };

    /// <summary>Whether a body may hold a limit under any name, with whatever value: with null, for example, which is none. A text in it that holds such a name in quotes has them escaped.</summary>
    public static bool MayBeNamed(ReadOnlySpan<byte> json) => json.IndexOf("_tokens\""u8) >= 0 || json.IndexOf("\\u00"u8) >= 0;
}
