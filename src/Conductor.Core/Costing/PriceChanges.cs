using System.Globalization;
using Conductor.Money;
using Microsoft.Extensions.Logging;

namespace Conductor.Costing;

/// <summary>What is different between two sets of prices, in sentences.</summary>
public static partial class PriceChanges
{
    /// <summary>As many as are logged one by one.</summary>
    private const int MostLogged = 50;

    /// <summary>A line for every model whose prices differ: `openai/gpt-4o: input 2.5, output 10 → input 2, output 8`; in US dollars per million tokens.</summary>
    public static IReadOnlyList<string> Between(PriceCatalog before, PriceCatalog after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (old, now) = (Tell(before), Tell(after));
        return
        [
            .. old.Keys.Union(now.Keys).Where(model => old.GetValueOrDefault(model) != now.GetValueOrDefault(model)).Order(StringComparer.Ordinal)
                .Select(model => $"{model}: {old.GetValueOrDefault(model) ?? "unknown"} → {now.GetValueOrDefault(model) ?? "unknown"}"),
        ];
    }

    /// <summary>Logs the change from one set in force to the next: both versions, and what differs. Nothing where they are the same.</summary>
    public static void Log(ILogger logger, PriceCatalog before, PriceCatalog after)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (before.Version == after.Version || ReferenceEquals(before, PriceCatalog.Empty))
        {
            return;
        }

        var changes = Between(before, after);
        PricesChanged(logger, before.Version, after.Version, changes.Count);
        foreach (var change in changes.Take(MostLogged))
        {
            PriceChanged(logger, change);
        }
    }

    private static Dictionary<string, string> Tell(PriceCatalog catalog)
    {
        var told = catalog.Providers.SelectMany(provider => provider.IsFree
                ? [(Name: $"{provider.Provider}/*", Text: "free")]
                : provider.Prices.Select(model => (Name: $"{provider.Provider}/{model.Key}", Text: string.Join("; ", model.Value.Select(Tell)))))
            .ToDictionary(one => one.Name, one => one.Text, StringComparer.Ordinal);
        if (catalog.Ceiling is { } ceiling)
        {
            told["prices.ceiling"] = Tell(ceiling);
        }

        return told;
    }

    private static string Tell(PricePeriod period)
    {
        var from = period.From == DateTimeOffset.MinValue ? "" : $" from {Time(period.From)}";
        var until = period.Until == DateTimeOffset.MaxValue ? "" : $" until {Time(period.Until)}";
        return Tell(period.Price) + from + until;
    }

    private static string Tell(ModelPrice price)
    {
        (string Name, NanoUsd? Figure)[] figures =
        [
            ("input", price.InputPerMillion), ("cached_input", price.CachedInputPerMillion), ("cache_write", price.CacheWritePerMillion),
            ("cache_write_1h", price.CacheWriteHourPerMillion), ("audio_input", price.AudioInputPerMillion), ("image_input", price.ImageInputPerMillion),
            ("embedding", price.EmbeddingPerMillion), ("output", price.OutputPerMillion), ("reasoning", price.ReasoningPerMillion),
            ("audio_output", price.AudioOutputPerMillion), ("image_output", price.ImageOutputPerMillion),
            ("per_request", price.PerRequest == NanoUsd.Zero ? null : price.PerRequest),
        ];
        var text = string.Join(", ", figures.Where(one => one.Figure is not null).Select(one => $"{one.Name} {Usd(one.Figure!.Value)}"));
        return price is { LongContextAbove: { } limit, LongContext: { } longer } ? $"{text}, above {limit.ToString(CultureInfo.InvariantCulture)} tokens {Tell(longer)}" : text;
    }

    private static string Usd(NanoUsd amount) => amount.ToString().TrimEnd('0').TrimEnd('.');

    private static string Time(DateTimeOffset time) =>
        time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    [LoggerMessage(EventIds.PricesChanged, LogLevel.Information, "Prices have changed from version {Before} to {After}: {Count} models")]
    private static partial void PricesChanged(ILogger logger, string before, string after, int count);

    [LoggerMessage(EventIds.PriceChanged, LogLevel.Information, "Price of {Change}")]
    private static partial void PriceChanged(ILogger logger, string change);
}
