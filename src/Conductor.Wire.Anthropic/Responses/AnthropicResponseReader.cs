using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Whole answers: bytes to types.</summary>
public static class AnthropicResponseReader
{
    /// <summary>Reads a `message`. Usage that is not stated is null.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer.</exception>
    public static ChatResponse Read(ReadOnlySpan<byte> body) => AnthropicJson.Read(body, Read);

    private static ChatResponse Read(JsonElement root)
    {
        if (AnthropicJson.Member(root, "content"u8, JsonValueKind.Array) is not { } content)
        {
            throw new WireResponseException(WireResponseFault.Empty, "The answer has no content.");
        }

        var message = new ChatMessage { Role = ChatRole.Assistant, MessageId = AnthropicJson.String(root, "id"u8) };
        foreach (var block in content.EnumerateArray())
        {
            if (ContentReader.Read(block) is { } read)
            {
                message.Contents.Add(read);
            }
        }

        AdditionalPropertiesDictionary? properties = null;
        var finish = StopReasons.Read(AnthropicJson.String(root, "stop_reason"u8), AnthropicJson.String(root, "stop_sequence"u8), ref properties);
        Keep(root, ref properties);
        return new ChatResponse(message)
        {
            ResponseId = message.MessageId,
            ModelId = AnthropicJson.String(root, "model"u8),
            FinishReason = finish,
            Usage = Usage(root)?.ToDetails(),
            AdditionalProperties = properties,
        };
    }

    internal static void Keep(JsonElement root, ref AdditionalPropertiesDictionary? properties)
    {
        foreach (var member in root.EnumerateObject())
        {
            var isRead = member.Name is "id" or "type" or "role" or "model" or "content" or "stop_reason" or "stop_sequence" or "usage";
            if (!isRead && member.Value.ValueKind != JsonValueKind.Null)
            {
                (properties ??= [])[AnthropicKeys.Of(member.Name)] = member.Value;
            }
        }
    }

    private static WireUsage? Usage(JsonElement root)
    {
        var parts = default(UsageParts);
        if (AnthropicJson.Member(root, "usage"u8, JsonValueKind.Object) is { } usage)
        {
            parts.Add(usage);
        }

        return parts.ToUsage();
    }
}
