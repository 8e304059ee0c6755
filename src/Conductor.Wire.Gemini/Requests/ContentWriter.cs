using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Writes `contents` and `systemInstruction`.</summary>
internal sealed class ContentWriter(string model, LossReport losses)
{
    private static readonly ChatRole Developer = new("developer");
    private static readonly ChatRole Function = new("function");

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly List<(AIContent Content, string Path)> _system = [];
    private readonly List<Turn> _turns = [];

    public void Write(Utf8JsonWriter writer, IEnumerable<ChatMessage> messages, string? instructions)
    {
        if (!string.IsNullOrEmpty(instructions))
        {
            _system.Add((new TextContent(instructions), "instructions"));
        }

        var index = 0;
        foreach (var message in messages)
        {
            Add(message, string.Create(CultureInfo.InvariantCulture, $"messages[{index++}]"));
        }

        if (_turns.Count == 0 && _system.Count > 0)
        {
            // A conversation has to begin with somebody's word.
            losses.Change("messages.role");
            _turns.Add(new Turn("user", false, [.. _system]));
            _system.Clear();
        }

        WriteSystem(writer);
        writer.WriteStartArray("contents"u8);
        foreach (var turn in _turns)
        {
            WriteTurn(writer, turn);
        }

        writer.WriteEndArray();
    }

    private void Add(ChatMessage message, string path)
    {
        ReportLost(message);
        if (message.Role == ChatRole.System || message.Role == Developer)
        {
            if (_turns.Count > 0)
            {
                losses.Change("messages.role"); // one instruction, before everything else
            }

            AddSystem(message, path);
            return;
        }

        var parts = Parts(message, path);
        foreach (var call in message.Contents.OfType<FunctionCallContent>())
        {
            _names[call.CallId] = call.Name;
        }

        var results = parts.Where(part => part.Content is FunctionResultContent).ToList();
        if (results.Count > 0)
        {
            // All results of one turn stand in one content; other dialects have a message for each.
            if (_turns is [.., { IsResults: true } last])
            {
                last.Parts.AddRange(results);
            }
            else
            {
                _turns.Add(new Turn("user", true, results));
            }

            parts.RemoveAll(part => part.Content is FunctionResultContent);
        }

        if (parts.Count > 0)
        {
            _turns.Add(new Turn(message.Role == ChatRole.Assistant ? "model" : "user", false, parts));
        }
    }

    private void AddSystem(ChatMessage message, string path)
    {
        foreach (var content in message.Contents)
        {
            _system.Add(content is TextContent
                ? (content, path)
                : throw new WireRequestException(path + ".content", $"'{path}.content' holds a {content.GetType().Name}; a system message holds text only here.", WireRequestCodes.Unsupported));
        }
    }

    private static List<(AIContent Content, string Path)> Parts(ChatMessage message, string path)
    {
        if (message.Role == Function)
        {
            // OpenAI's form of old: the name stands beside the result, and there is no id.
            return message.AuthorName is { Length: > 0 } name
                ? [(new FunctionResultContent("", message.Text) { AdditionalProperties = new() { [ChatKeys.ToolName] = name, [GeminiKeys.MintedId] = true } }, path)]
                : throw new WireRequestException(path + ".name", $"'{path}.name' is missing: a function's message bears the function's name.", WireRequestCodes.MissingMember);
        }

        var isModel = message.Role == ChatRole.Assistant;
        var parts = new List<(AIContent, string)>();
        for (var i = 0; i < message.Contents.Count; i++)
        {
            var content = message.Contents[i];
            // An empty answer has no part at all here, and an empty part is refused.
            var isNothing = content is UsageContent || (isModel && content is TextContent { Text.Length: 0 } && Signature(content) is null);
            if (!isNothing)
            {
                parts.Add((content, string.Create(CultureInfo.InvariantCulture, $"{path}.content[{i}]")));
            }
        }

        return parts;
    }

    private void ReportLost(ChatMessage message)
    {
        if (message.AuthorName is { Length: > 0 } && message.Role != Function)
        {
            losses.Drop("messages.name");
        }

        foreach (var (name, value) in message.AdditionalProperties ?? [])
        {
            if (value is not null && !ChatKeys.IsNote(name) && name is not ("reasoning_details" or "reasoning_content" or "refusal" or "annotations" or "extra_content"))
            {
                losses.Drop(ChatKeys.TrySplit(name, out _, out _) ? name : "messages." + name);
            }
        }
    }

    private void WriteSystem(Utf8JsonWriter writer)
    {
        if (_system.Count == 0)
        {
            return;
        }

        var parts = new PartWriter(_names, losses);
        writer.WriteStartObject("systemInstruction"u8);
        writer.WriteStartArray("parts"u8);
        foreach (var (content, path) in _system)
        {
            parts.Write(writer, content, path, null);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteTurn(Utf8JsonWriter writer, Turn turn)
    {
        var parts = new PartWriter(_names, losses);
        writer.WriteStartObject();
        writer.WriteString("role"u8, turn.Role);
        writer.WriteStartArray("parts"u8);
        var isFirstCall = true;
        foreach (var (content, path) in turn.Parts)
        {
            var signature = Signature(content);
            if (content is FunctionCallContent)
            {
                if (signature is null && isFirstCall && GeminiModelName.Generation(model) is null or >= 3)
                {
                    // Calls side by side share the signature of the first one.
                    losses.Change("messages.tool_calls.extra_content.google.thought_signature");
                    signature = GeminiRequestWriter.LostSignature;
                }

                isFirstCall = false;
            }

            parts.Write(writer, content, path, signature);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The signature beside a part, as the types carry it or as OpenAI's dialect does.</summary>
    internal static string? Signature(AIContent content)
    {
        if (content.AdditionalProperties is not { } extra)
        {
            return null;
        }

        if (extra.TryGetValue(ChatKeys.ThoughtSignature, out var signature))
        {
            return OptionValue.Text(signature);
        }

        return extra.TryGetValue("extra_content", out JsonElement carried) && GeminiJson.Member(carried, "google"u8, JsonValueKind.Object) is { } google
            ? GeminiJson.String(google, "thought_signature"u8)
            : null;
    }

    private sealed record Turn(string Role, bool IsResults, List<(AIContent Content, string Path)> Parts);
}
