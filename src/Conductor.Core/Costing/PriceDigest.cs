using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Conductor.Money;

namespace Conductor.Costing;

/// <summary>
/// The version of a set of prices, made of what they say: the same prices have the same version on every machine and after every restart, so that a ledger row
/// can be checked against the file of its day.
/// </summary>
internal static class PriceDigest
{
    /// <summary>Twelve hexadecimal digits.</summary>
    public static string Of(IEnumerable<ProviderPrices> providers, ModelPrice? ceiling)
    {
        var text = new StringBuilder();
        foreach (var provider in providers.OrderBy(provider => provider.Provider, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{provider.Provider}\t{(provider.IsFree ? "free" : "")}\n");
            foreach (var (model, periods) in provider.Prices.OrderBy(price => price.Key, StringComparer.Ordinal))
            {
                text.Append(model);
                foreach (var period in periods)
                {
                    text.Append(CultureInfo.InvariantCulture, $"\t{period.From.UtcTicks} {period.Until.UtcTicks}");
                    Add(text, period.Price);
                }

                text.Append('\n');
            }
        }

        if (ceiling is not null)
        {
            Add(text.Append("ceiling"), ceiling);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }

    private static void Add(StringBuilder text, ModelPrice? price)
    {
        for (; price is not null; price = price.LongContext)
        {
            ReadOnlySpan<NanoUsd?> figures =
            [
                price.InputPerMillion, price.CachedInputPerMillion, price.CacheWritePerMillion, price.CacheWriteHourPerMillion, price.AudioInputPerMillion,
                price.ImageInputPerMillion, price.EmbeddingPerMillion, price.OutputPerMillion, price.ReasoningPerMillion, price.AudioOutputPerMillion,
                price.ImageOutputPerMillion, price.PerRequest,
            ];
            foreach (var figure in figures)
            {
                text.Append(CultureInfo.InvariantCulture, $"\t{figure?.Value}");
            }

            text.Append(CultureInfo.InvariantCulture, $"\t{price.LongContextAbove}");
        }
    }
}
