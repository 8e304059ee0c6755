using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Blocks of an answer.</summary>
internal static class ContentReader
{
    public static AIContent? Read(JsonElement block)
    {
        switch (AnthropicJson.String(block, "type"u8))
        {
            case "text":
                return AnthropicJson.String(block, "text"u8) is { Length: > 0 } text ? Keep(block, new TextContent(text), "text") : null;
            case "thinking":
                var thinking = SignatureText.Thinking(AnthropicJson.String(block, "thinking"u8) ?? "", AnthropicJson.String(block, "signature"u8));
                return thinking.Text.Length > 0 || thinking.ProtectedData is not null ? Keep(block, thinking, "thinking", "signature") : null;
            case "redacted_thinking":
                return Keep(block, SignatureText.Withheld(AnthropicJson.String(block, "data"u8) ?? ""), "data");
            case "tool_use":
                return ReadCall(block, AnthropicJson.Member(block, "input"u8, JsonValueKind.Object) ?? default);
            default:
                return new AIContent { AdditionalProperties = new() { [AnthropicKeys.Block] = block } };
        }
    }

    public static FunctionCallContent ReadCall(JsonElement block, JsonElement input)
    {
        var id = AnthropicJson.String(block, "id"u8);
        var name = AnthropicJson.String(block, "name"u8);
        if (string.IsNullOrEmpty(name))
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "A tool call of the answer has no name.");
        }

        // A result could not be matched to a call without an id.
        var call = new FunctionCallContent(string.IsNullOrEmpty(id) ? "toolu_" + Guid.NewGuid().ToString("N") : id, name, Arguments(input));
        Keep(block, call, "id", "name", "input");
        return call;
    }

    /// <summary>Arguments that came in pieces; no text at all is an object without members.</summary>
    public static FunctionCallContent ReadCall(JsonElement block, StringBuilder pieces)
    {
        if (pieces.Length == 0)
        {
            return ReadCall(block, AnthropicJson.Member(block, "input"u8, JsonValueKind.Object) ?? default);
        }

        try
        {
            var input = LooseText.Whole(JsonElement.Parse(pieces.ToString()));
            if (input.ValueKind == JsonValueKind.Object)
            {
                return ReadCall(block, input);
            }
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            // An answer that ended at its length leaves a call half said; its text goes on as it is.
        }

        var call = ReadCall(block, default(JsonElement));
        call.Arguments = null;
        (call.AdditionalProperties ??= [])[ChatKeys.RawArguments] = pieces.ToString();
        return call;
    }

    private static Dictionary<string, object?> Arguments(JsonElement input)
    {
        var arguments = new Dictionary<string, object?>();
        if (input.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in input.EnumerateObject())
            {
                arguments[member.Name] = member.Value;
            }
        }

        return arguments;
    }

    private static AIContent Keep(JsonElement block, AIContent content, params ReadOnlySpan<string> read)
    {
        foreach (var member in block.EnumerateObject())
        {
            if (member.Name != "type" && !read.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
            {
                AnthropicKeys.Keep(content, member.Name, member.Value);
            }
        }

        return content;
    }
}
