namespace Conductor.Money;

/// <summary>What a model costs, in nano-dollars per million tokens. A price that is absent is that of the whole which the part belongs to.</summary>
public sealed record ModelPrice
{
    /// <summary>Free by declaration: the embedded provider, Ollama, a server on this machine.</summary>
    public static ModelPrice Free { get; } = new() { IsFree = true };

    /// <summary>True for <see cref="Free"/>: a cost of zero that is known, not missing.</summary>
    public bool IsFree { get; init; }

    /// <summary>True where the price is unknown and this is the most that is assumed instead: a cost made with it is an estimate.</summary>
    public bool IsCeiling { get; init; }

    /// <summary>A million input tokens.</summary>
    public NanoUsd InputPerMillion { get; init; }

    /// <summary>A million input tokens read from the provider's cache; the input price where absent.</summary>
    public NanoUsd? CachedInputPerMillion { get; init; }

    /// <summary>A million input tokens written to the provider's cache; the input price where absent.</summary>
    public NanoUsd? CacheWritePerMillion { get; init; }

    /// <summary>A million input tokens written to a cache that keeps them for an hour; <see cref="CacheWritePerMillion"/> where absent.</summary>
    public NanoUsd? CacheWriteHourPerMillion { get; init; }

    /// <summary>A million input tokens of audio; the input price where absent.</summary>
    public NanoUsd? AudioInputPerMillion { get; init; }

    /// <summary>A million input tokens of pictures; the input price where absent.</summary>
    public NanoUsd? ImageInputPerMillion { get; init; }

    /// <summary>A million input tokens that become vectors; the input price where absent.</summary>
    public NanoUsd? EmbeddingPerMillion { get; init; }

    /// <summary>A million output tokens.</summary>
    public NanoUsd OutputPerMillion { get; init; }

    /// <summary>A million output tokens of reasoning; the output price where absent.</summary>
    public NanoUsd? ReasoningPerMillion { get; init; }

    /// <summary>A million output tokens of audio; the output price where absent.</summary>
    public NanoUsd? AudioOutputPerMillion { get; init; }

    /// <summary>A million output tokens of pictures; the output price where absent.</summary>
    public NanoUsd? ImageOutputPerMillion { get; init; }

    /// <summary>Every request, whatever it uses; not per million.</summary>
    public NanoUsd PerRequest { get; init; }

    /// <summary>Calls with more input tokens than this pay <see cref="LongContext"/> for all of their tokens; absent where there is no such tier.</summary>
    public long? LongContextAbove { get; init; }

    /// <summary>The price of a call above <see cref="LongContextAbove"/>; it may have a further tier of its own.</summary>
    public ModelPrice? LongContext { get; init; }

    /// <summary>The price that a call of so many input tokens pays: this one, or that of the tier that it comes into.</summary>
    public ModelPrice For(long inputTokens) => LongContextAbove is { } limit && inputTokens > limit && LongContext is { } longContext ? longContext.For(inputTokens) : this;

    /// <summary>
    /// The cost of <paramref name="usage"/>, rounded up once, to the nano-dollar. Every token is paid once: what came from or went to a cache at the cache's
    /// price, then audio, then pictures; of the output reasoning first. A counter below zero counts as zero: no usage earns a credit.
    /// </summary>
    /// <exception cref="OverflowException">The usage is beyond 128 bits of nano-dollars.</exception>
    public NanoUsd CostOf(TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (IsFree)
        {
            return NanoUsd.Zero;
        }

        var price = For(usage.InputTokens);
        checked
        {
            var (quotient, remainder) = Int128.DivRem(price.InputOf(usage) + price.OutputOf(usage), 1_000_000);
            return new NanoUsd((remainder > 0 ? quotient + 1 : quotient) + price.PerRequest.Value);
        }
    }

    // Both in millionths of a nano-dollar.
    private Int128 InputOf(TokenUsage usage)
    {
        checked
        {
            var rest = Math.Max(0, usage.InputTokens);
            var cached = Take(usage.CachedInputTokens, ref rest);
            var written = Take(usage.CacheWriteTokens, ref rest);
            var hour = Math.Clamp(usage.CacheWriteHourTokens, 0, written);
            var audio = Take(usage.AudioInputTokens, ref rest);
            var images = Take(usage.ImageInputTokens, ref rest);
            var vectors = Take(usage.EmbeddingTokens, ref rest);
            var input = InputPerMillion;
            var write = CacheWritePerMillion ?? input;
            return (cached * (CachedInputPerMillion ?? input).Value)
                + ((written - hour) * write.Value)
                + (hour * (CacheWriteHourPerMillion ?? write).Value)
                + (audio * (AudioInputPerMillion ?? input).Value)
                + (images * (ImageInputPerMillion ?? input).Value)
                + (vectors * (EmbeddingPerMillion ?? input).Value)
                + (rest * input.Value);
        }
    }

    private Int128 OutputOf(TokenUsage usage)
    {
        checked
        {
            var rest = Math.Max(0, usage.OutputTokens);
            var reasoning = Take(usage.ReasoningTokens, ref rest);
            var audio = Take(usage.AudioOutputTokens, ref rest);
            var images = Take(usage.ImageOutputTokens, ref rest);
            var output = OutputPerMillion;
            return (reasoning * (ReasoningPerMillion ?? output).Value)
                + (audio * (AudioOutputPerMillion ?? output).Value)
                + (images * (ImageOutputPerMillion ?? output).Value)
                + (rest * output.Value);
        }
    }

    private static long Take(long tokens, ref long rest)
    {
        var taken = Math.Clamp(tokens, 0, rest);
        rest -= taken;
        return taken;
    }
}
