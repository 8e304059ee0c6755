using System.Text.Json;

namespace Conductor.Providers.Local.Entities;

/// <summary>A stretch of a text that may be an entity.</summary>
/// <param name="Start">Where it begins, in UTF-16 code units.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Type">One of <see cref="EntityTypes"/>.</param>
/// <param name="Value">What it means; null for the words themselves.</param>
/// <param name="Confidence">Probability that it is right, 0 to 1.</param>
internal sealed record EntityMatch(int Start, int End, string Type, JsonElement? Value, double Confidence)
{
    public int Length => End - Start;
}
