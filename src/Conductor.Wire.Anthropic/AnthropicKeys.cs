using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Keys of the canonical chat that only this dialect fills.</summary>
internal static class AnthropicKeys
{
    public const string Dialect = "anthropic";

    /// <summary>On a content of a kind that has no type: its whole JSON object.</summary>
    public const string Block = "anthropic:block";

    /// <summary>On a tool that the provider runs itself: its whole JSON object.</summary>
    public const string Tool = "anthropic:tool";

    /// <summary>On a file that the provider keeps: `image` or `document`.</summary>
    public const string Kind = "anthropic:kind";

    /// <summary>On a text without text: citations of the text before it.</summary>
    public const string Citations = "anthropic:citations";

    public static string Of(string member) => ChatKeys.Of(Dialect, member);

    /// <summary>The member's name where a key is one of this dialect's; else null.</summary>
    public static string? MemberOf(string key) => ChatKeys.TrySplit(key, out var dialect, out var member) && dialect == Dialect ? member : null;

    /// <summary>Keeps what a reader has no type for.</summary>
    public static void Keep(AIContent content, string member, JsonElement value) =>
        (content.AdditionalProperties ??= [])[member == ChatKeys.CacheControl ? member : Of(member)] = value;

    public static JsonElement? RawBlock(AIContent content) =>
        content.AdditionalProperties?.TryGetValue(Block, out var value) == true && value is JsonElement { ValueKind: JsonValueKind.Object } block ? block : null;
}
