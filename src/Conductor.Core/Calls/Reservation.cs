using Conductor.Money;

namespace Conductor.Calls;

/// <summary>The most that an attempt is expected to use and cost, noted before its target is asked. What it is booked with when nobody learns what it really took.</summary>
/// <param name="InputTokens">The prompt's size, with a margin where it was estimated.</param>
/// <param name="OutputTokens">The longest answer that the target may give.</param>
/// <param name="Cost">Both at the target's price; zero where it is free, null where the price is unknown.</param>
public readonly record struct Reservation(long InputTokens, long OutputTokens, NanoUsd? Cost)
{
    /// <summary>The reserved tokens as a usage, marked as an estimate.</summary>
    public TokenUsage ToUsage() => new() { InputTokens = InputTokens, OutputTokens = OutputTokens, IsEstimated = true };
}
