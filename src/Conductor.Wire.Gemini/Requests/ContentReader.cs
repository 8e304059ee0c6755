using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>The contents of a request. Function calls without ids get ids by their place, and results without ids those of the calls of their name, in order.</summary>
internal sealed class ContentReader
{
    private readonly Dictionary<string, Queue<string>> _unanswered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public static ChatMessage ReadSystem(RequestElement content)
    {
        var parts = content.RequireObject().Get("parts");
        return new ChatMessage(ChatRole.System, [.. parts.Items().Select(part => PartReader.Read(part, NoCalls, NoCalls))]);
    }

    public List<ChatMessage> ReadAll(RequestElement contents)
    {
        if (contents.RequireArray().Value.GetArrayLength() == 0)
        {
            throw contents.Invalid("must not be empty");
        }

        var messages = new List<ChatMessage>();
        foreach (var content in contents.Items())
        {
            foreach (var message in Read(content))
            {
                // A client keeps every piece of a stream as a turn of its own; they are one answer.
                if (message.Role == ChatRole.Assistant && messages is [.., { } last] && last.Role == ChatRole.Assistant)
                {
                    last.Contents = Join([.. last.Contents, .. message.Contents]);
                }
                else
                {
                    messages.Add(message);
                }
            }
        }

        return messages;
    }

    private IEnumerable<ChatMessage> Read(RequestElement content)
    {
        var role = content.RequireObject().Get("role");
        var isModel = role.OptionalString() switch
        {
            null or "" or "user" or "function" => false,
            "model" => true,
            _ => throw role.Invalid("must be 'user' or 'model'"),
        };
        var parts = content.Get("parts");
        List<AIContent> contents = parts.IsNull ? [] : [.. parts.Items().Select(part => PartReader.Read(part, CallId, ResultId))];
        if (isModel)
        {
            // An empty answer stands in a history as a turn without parts, or with an empty one.
            contents.RemoveAll(part => part is TextContent { Text.Length: 0, AdditionalProperties: null });
            return [new ChatMessage(ChatRole.Assistant, Join(contents))];
        }

        if (contents.Count == 0)
        {
            throw parts.IsNull ? parts.Missing() : parts.Invalid("must not be empty");
        }

        // Results are the tools' word, not the user's: in every other dialect they are messages of their own, before what the user says.
        var results = contents.Where(part => part is FunctionResultContent).ToList();
        var others = contents.Where(part => part is not FunctionResultContent).ToList();
        return results.Count == 0 ? [new ChatMessage(ChatRole.User, others)]
            : others.Count == 0 ? [new ChatMessage(ChatRole.Tool, results)]
            : [new ChatMessage(ChatRole.Tool, results), new ChatMessage(ChatRole.User, others)];
    }

    /// <summary>Pieces of a thought that another maker signed at its end are one thought: what it signed is the whole.</summary>
    private static List<AIContent> Join(List<AIContent> contents)
    {
        for (var i = contents.Count - 1; i > 0; i--)
        {
            var isSigned = contents[i] is TextReasoningContent { ProtectedData: not null } last
                && !(last.AdditionalProperties?.TryGetValue(ChatKeys.SignatureMaker, out string? maker) == true && maker == GeminiKeys.Maker);
            while (isSigned && i > 0 && contents[i - 1] is TextReasoningContent { ProtectedData: null } piece)
            {
                var whole = (TextReasoningContent)contents[i];
                contents[i - 1] = new TextReasoningContent(piece.Text + whole.Text) { ProtectedData = whole.ProtectedData, AdditionalProperties = whole.AdditionalProperties };
                contents.RemoveAt(i--);
            }
        }

        return contents;
    }

    /// <summary>By place, so that the same conversation gives the same ids, and an upstream's cache of prompts still hits.</summary>
    private (string, bool) CallId(RequestElement call, string? id, string name)
    {
        var isMinted = id is null;
        id ??= Mint(call);
        _ids.Add(id);
        if (!_unanswered.TryGetValue(name, out var waiting))
        {
            _unanswered[name] = waiting = new Queue<string>();
        }

        waiting.Enqueue(id);
        return (id, isMinted);
    }

    private (string, bool) ResultId(RequestElement result, string? id, string name)
    {
        _unanswered.TryGetValue(name, out var waiting);
        if (id is not null)
        {
            if (waiting?.Contains(id) == true)
            {
                _unanswered[name] = new Queue<string>(waiting.Where(other => other != id));
            }

            return (id, false);
        }

        return (waiting is { Count: > 0 } ? waiting.Dequeue() : Mint(result), true);
    }

    private string Mint(RequestElement place)
    {
        var digits = string.Join('_', place.Path.Split(['[', ']'], StringSplitOptions.RemoveEmptyEntries).Where(piece => int.TryParse(piece, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
        var id = "call_" + digits;
        while (!_ids.Add(id))
        {
            id += "_";
        }

        return id;
    }

    private static (string, bool) NoCalls(RequestElement part, string? id, string name) => throw part.Invalid("is not possible in a system instruction");
}
