using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Routing;

namespace Conductor.Costing;

/// <summary>What an attempt of a call may take at most, before it is made.</summary>
public static class Reservations
{
    /// <summary>The reservation of one attempt.</summary>
    /// <param name="call">The call; its size is estimated once, by whoever asks first.</param>
    /// <param name="hop">The target.</param>
    /// <param name="ownPrice">What the provider itself says of a usage, asked where the catalogue has no price; null = nobody is asked.</param>
    public static Reservation Of(ModelCall call, RouteHop hop, Func<RouteHop, TokenUsage, NanoUsd?>? ownPrice = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(hop);
        if (call is TokenCountCall)
        {
            return new Reservation(0, 0, NanoUsd.Zero);
        }

        var isEmbedding = call is EmbeddingCall or OperationCall { Embedding: not null };
        long output = isEmbedding ? 0 : OutputLimits.Added(call, hop) ?? CostEstimator.MaxOutputTokens(hop, OutputLimits.Asked(call));
        output *= TokenBound.Answers(call); // each may be as long
        var input = InputTokens(call, isPriced: hop.Price is { IsFree: false });
        if (call is OperationCall { Catalog: { } catalog } operation && catalog.Operations.TryGetValue(operation.Operation, out var entry) && entry.Descriptor.Prompt is { } prompt)
        {
            // The prompt around the text; and for a structured answer one repair, which sends it all again with the first answer.
            input += prompt.Length / 3;
            (input, output) = entry.Descriptor.IsStructured ? ((2 * input) + output, 2 * output) : (input, output);
        }

        var cost = hop.Price is { } price
            ? CostEstimator.WorstCase(price, input, output, PartsOf(call, price))
            : ownPrice?.Invoke(hop, new TokenUsage { InputTokens = input, OutputTokens = output });
        return new Reservation(input, output, cost);
    }

    /// <summary>The longest answer to a chat that the caller or the model allows, in tokens; null where neither says.</summary>
    public static long? LongestAnswer(ModelCall call, RouteHop hop)
    {
        ArgumentNullException.ThrowIfNull(hop);
        return call is ChatCall && (OutputLimits.Asked(call) ?? hop.Model.MaxOutputTokens) is not null ? CostEstimator.MaxOutputTokens(hop, OutputLimits.Asked(call)) : null;
    }

    /// <summary>An estimate of a prompt's size as an upper bound: a quarter on top, which is how far the estimate is usually off, and a little for short ones.</summary>
    public static long WithMargin(long estimatedTokens) => estimatedTokens + (estimatedTokens / 4) + 16;

    /// <summary>Which parts a call's tokens may be, other than text. Only those for whose prices its request holds the words: else every call would set aside several times what it can cost.</summary>
    internal static PricedParts PartsOf(ModelCall call, ModelPrice price)
    {
        if (call is EmbeddingCall or OperationCall { Embedding: not null })
        {
            return PricedParts.Vectors;
        }

        var hasHour = price.CacheWriteHourPerMillion is not null;
        var hasAudio = price.AudioInputPerMillion is not null || price.AudioOutputPerMillion is not null;
        var hasPictures = price.ImageInputPerMillion is not null || price.ImageOutputPerMillion is not null;
        if (call is not ChatCall chat || (!hasHour && !hasAudio && !hasPictures))
        {
            return PricedParts.None;
        }

        // A call that began typed is not looked through: it may hold any of them.
        var bytes = chat.Body is { } body ? body.Bytes.Span : default;
        return (hasHour && Holds(bytes, "\"1h\""u8) ? PricedParts.CacheWritesForAnHour : PricedParts.None)
            | (hasAudio && (Holds(bytes, "audio"u8) || Holds(bytes, "AUDIO"u8)) ? PricedParts.Audio : PricedParts.None)
            | (hasPictures && (Holds(bytes, "image"u8) || Holds(bytes, "IMAGE"u8)) ? PricedParts.Pictures : PricedParts.None);

        static bool Holds(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> word) => bytes.IsEmpty || bytes.IndexOf(word) >= 0;
    }

    // Where the price is free or unknown nobody pays by the token, and a reading of the whole body is not worth it.
    private static long InputTokens(ModelCall call, bool isPriced) =>
        isPriced || RoughInputTokens(call) is not { } rough ? call.WorstInputTokens ??= WithMargin(UsageEstimator.InputTokens(call)) : rough;

    private static long? RoughInputTokens(ModelCall call) => call switch
    {
        ChatCall { Body: { } body } => body.Bytes.Length / 3,
        EmbeddingCall { Body: { } body } => body.Bytes.Length / 3,
        OperationCall operation => operation.Payload.Length / 3,
        _ => null,
    };
}
