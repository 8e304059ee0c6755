using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>Messages of a request. This dialect's older clients send neither ids of calls nor of results: a result is then the next call's of its tool that has none.</summary>
internal static class OllamaMessageReader
{
    public static IReadOnlyList<ChatMessage> ReadAll(RequestElement messages)
    {
        var open = new List<(string Id, string Name)>();
        var made = 0;
        return [.. messages.Items().Select(message => Read(message, open, ref made))];
    }

    /// <summary>Images: base64 without the head of a data URL, which some clients leave on.</summary>
    public static IEnumerable<AIContent> ReadImages(RequestElement images)
    {
        if (images.IsNull)
        {
            yield break;
        }

        foreach (var image in images.Items())
        {
            var text = image.NonEmptyString();
            var comma = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.IndexOf(',', StringComparison.Ordinal) + 1 : 0;
            byte[] bytes;
            try
            {
                bytes = Convert.FromBase64String(text[comma..]);
            }
            catch (FormatException failure)
            {
                throw new WireRequestException(image.Path, $"'{image.Path}' must be base64.", WireRequestCodes.InvalidValue, failure);
            }

            yield return new DataContent(bytes, MediaTypeOf(bytes));
        }
    }

    private static ChatMessage Read(RequestElement message, List<(string Id, string Name)> open, ref int made)
    {
        var role = message.RequireObject()["role"];
        var text = message["content"].OptionalString() ?? "";
        switch (role.String())
        {
            case "system":
                return new ChatMessage(ChatRole.System, text);
            case "user":
                return new ChatMessage(ChatRole.User, [new TextContent(text), .. ReadImages(message["images"])]);
            case "tool":
                return ReadResult(message, text, open);
            case "assistant":
                return ReadAssistant(message, text, open, ref made);
            default:
                throw role.Invalid("must be 'system', 'user', 'assistant' or 'tool'");
        }
    }

    private static ChatMessage ReadAssistant(RequestElement message, string text, List<(string Id, string Name)> open, ref int made)
    {
        var contents = new List<AIContent>();
        if (message["thinking"].OptionalString() is { Length: > 0 } thinking)
        {
            contents.Add(new TextReasoningContent(thinking));
        }

        if (text.Length > 0)
        {
            contents.Add(new TextContent(text));
        }

        contents.AddRange(ReadImages(message["images"]));
        if (!message["tool_calls"].IsNull)
        {
            foreach (var call in message["tool_calls"].Items())
            {
                var function = call.RequireObject()["function"].RequireObject();
                var name = function["name"].NonEmptyString();
                var id = call["id"].OptionalString() is { Length: > 0 } given ? given : $"call_{made++}";
                open.Add((id, name));
                contents.Add(new FunctionCallContent(id, name, Arguments(function["arguments"])));
            }
        }

        return new ChatMessage(ChatRole.Assistant, contents.Count > 0 ? contents : [new TextContent("")]);
    }

    private static ChatMessage ReadResult(RequestElement message, string text, List<(string Id, string Name)> open)
    {
        var name = message["tool_name"].OptionalString() ?? message["name"].OptionalString();
        var id = message["tool_call_id"].OptionalString();
        var place = id is { Length: > 0 } ? open.FindIndex(call => call.Id == id) : open.FindIndex(call => name is null || call.Name == name);
        if (place < 0 && id is not { Length: > 0 })
        {
            throw new WireRequestException(message.Path, $"'{message.Path}' is the result of a tool that no message before it calls.", WireRequestCodes.InvalidValue);
        }

        if (place >= 0)
        {
            id = open[place].Id;
            open.RemoveAt(place);
        }

        var result = new FunctionResultContent(id!, text);
        if (name is not null)
        {
            result.AdditionalProperties = new() { [ChatKeys.ToolName] = name };
        }

        return new ChatMessage(ChatRole.Tool, [result]);
    }

    private static Dictionary<string, object?> Arguments(RequestElement arguments)
    {
        var members = new Dictionary<string, object?>();
        if (!arguments.IsNull)
        {
            foreach (var member in arguments.RequireObject().Value.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }
        }

        return members;
    }

    /// <summary>By the first bytes: the wire does not say.</summary>
    private static string MediaTypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) ? "image/jpeg"
        : bytes.StartsWith("GIF8"u8) ? "image/gif"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : "image/png";
}
