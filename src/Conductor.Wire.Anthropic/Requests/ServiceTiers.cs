using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>`standard_only` is what OpenAI calls `default`.</summary>
internal static class ServiceTiers
{
    public static JsonElement Default { get; } = JsonElement.Parse("\"default\""u8);
}
