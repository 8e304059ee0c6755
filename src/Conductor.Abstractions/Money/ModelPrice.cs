namespace Conductor.Money;

/// <summary>What a model costs, in nano-dollars per million tokens.</summary>
public sealed record ModelPrice
{
    /// <summary>Free by declaration: the embedded provider, Ollama, a server on this machine.</summary>
    public static ModelPrice Free { get; } = new() { IsFree = true };

    /// <summary>True for <see cref="Free"/>: a cost of zero that is known, not missing.</summary>
    public bool IsFree { get; init; }

    /// <summary>A million input tokens.</summary>
    public NanoUsd InputPerMillion { get; init; }

    /// <summary>A million input tokens read from the provider's cache; the input price where absent.</summary>
    public NanoUsd? CachedInputPerMillion { get; init; }

    /// <summary>A million input tokens written to the provider's cache; the input price where absent.</summary>
    public NanoUsd? CacheWritePerMillion { get; init; }

    /// <summary>A million output tokens.</summary>
    public NanoUsd OutputPerMillion { get; init; }

    /// <summary>Calls with more input tokens than this pay <see cref="LongContext"/> for all of their tokens; absent where there is no such tier.</summary>
    public long? LongContextAbove { get; init; }

    /// <summary>The price of a call above <see cref="LongContextAbove"/>.</summary>
    public ModelPrice? LongContext { get; init; }

    /// <summary>The cost of <paramref name="usage"/>, rounded up once, to the nano-dollar. A counter below zero counts as zero: no usage earns a credit.</summary>
    /// <exception cref="OverflowException">The usage is beyond 128 bits of nano-dollars.</exception>
    public NanoUsd CostOf(TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (IsFree)
        {
            return NanoUsd.Zero;
        }

        if (LongContextAbove is { } limit && usage.InputTokens > limit && LongContext is { } longContext)
        {
            return longContext.CostOf(usage);
        }

        checked
        {
            var input = Math.Max(0, usage.InputTokens);
            var cached = Math.Clamp(usage.CachedInputTokens, 0, input);
            var written = Math.Clamp(usage.CacheWriteTokens, 0, input - cached);
            var plain = input - cached - written;
            var millionths = (plain * InputPerMillion.Value)
                + (cached * (CachedInputPerMillion ?? InputPerMillion).Value)
                + (written * (CacheWritePerMillion ?? InputPerMillion).Value)
                + (Math.Max(0, usage.OutputTokens) * OutputPerMillion.Value);
            var (quotient, remainder) = Int128.DivRem(millionths, 1_000_000);
            return new NanoUsd(remainder > 0 ? quotient + 1 : quotient);
        }
    }
}
