using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Sorts a conversation into the system prompt and turns that alternate.</summary>
internal sealed class TurnBuilder(AnthropicTarget target, LossReport left)
{
    private readonly List<Turn> _turns = [];
    private (string Text, string Path)? _thinking;

    /// <summary>The system prompt's texts.</summary>
    public List<(AIContent Content, string Path)> System { get; } = [];

    public IReadOnlyList<Turn> Build(IEnumerable<ChatMessage> messages, string? instructions)
    {
        if (!string.IsNullOrEmpty(instructions))
        {
            System.Add((new TextContent(instructions), "instructions"));
        }

        var index = 0;
        foreach (var message in messages)
        {
            Add(message, $"messages[{index++}]");
        }

        _turns.RemoveAll(turn => turn.IsEmpty);
        return _turns.Count > 0
            ? _turns
            : throw new WireRequestException("messages", "'messages' holds nothing but system prompts and empty texts; a user's message is needed.", WireRequestCodes.InvalidValue);
    }

    private void Add(ChatMessage message, string path)
    {
        NoteMembers(message);
        if (message.Role.Value is "system" or "developer")
        {
            AddSystem(message, path);
            return;
        }

        var turn = TurnOf(RoleOf(message, path));
        for (var i = 0; i < message.Contents.Count; i++)
        {
            AddContent(turn, message.Contents[i], $"{path}.content[{i}]");
        }

        DropThinking();
        foreach (var (key, value) in message.AdditionalProperties ?? [])
        {
            if (AnthropicKeys.MemberOf(key) is { } member)
            {
                turn.Extra[member] = value;
            }
        }
    }

    private void AddSystem(ChatMessage message, string path)
    {
        var isLate = _turns.Count > 0;
        var turn = isLate && AnthropicVersions.HasSystemRole(target.Version) ? TurnOf("system") : null;
        if (isLate && turn is null)
        {
            left.Change("messages.role"); // it stood in the middle of the conversation and moves to its beginning
        }

        for (var i = 0; i < message.Contents.Count; i++)
        {
            var content = message.Contents[i];
            var at = $"{path}.content[{i}]";
            if (content is not TextContent && AnthropicKeys.RawBlock(content) is null)
            {
                throw new WireRequestException(at, $"'{at}' stands in a system prompt and is no text; Anthropic takes nothing else there.", WireRequestCodes.Unsupported);
            }

            if (content is TextContent { Text.Length: 0 })
            {
                continue;
            }

            if (turn is not null)
            {
                turn.Add(content, at);
            }
            else
            {
                System.Add((content, at));
            }
        }
    }

    private void AddContent(Turn turn, AIContent content, string path)
    {
        if (content is TextReasoningContent reasoning)
        {
            AddThinking(turn, reasoning, path);
            return;
        }

        DropThinking();
        switch (content)
        {
            case UsageContent or TextContent { Text.Length: 0 }:
                break; // an empty text is refused upstream, and says nothing
            case ErrorContent refusal:
                if (refusal.Message.Length > 0)
                {
                    turn.Add(new TextContent(refusal.Message), path); // what an assistant said when it refused
                }

                break;
            default:
                turn.Add(content, path);
                break;
        }
    }

    /// <summary>Thinking may come in pieces with its signature in the last; it can go back only with a signature of Anthropic's own.</summary>
    private void AddThinking(Turn turn, TextReasoningContent reasoning, string path)
    {
        if (turn.Role != "assistant")
        {
            throw new WireRequestException(path, $"'{path}' is thinking outside of an assistant's message.", WireRequestCodes.Unsupported);
        }

        if (SignatureText.IsRedacted(reasoning))
        {
            DropThinking();
        }

        if (string.IsNullOrEmpty(reasoning.ProtectedData))
        {
            _thinking = (_thinking?.Text + reasoning.Text, path);
        }
        else if (SignatureText.Maker(reasoning) is AnthropicKeys.Dialect)
        {
            turn.Add(_thinking is { } begun ? SignatureText.Thinking(begun.Text + reasoning.Text, reasoning.ProtectedData) : reasoning, path);
            _thinking = null;
        }
        else
        {
            _thinking = ("another maker's", path);
            DropThinking();
        }
    }

    private void DropThinking()
    {
        if (_thinking is { Text.Length: > 0 })
        {
            left.Drop("messages.reasoning_content");
        }

        _thinking = null;
    }

    private Turn TurnOf(string role)
    {
        if (_turns.Count == 0 || _turns[^1].Role != role)
        {
            _turns.Add(new Turn(role));
        }

        return _turns[^1];
    }

    private void NoteMembers(ChatMessage message)
    {
        if (!string.IsNullOrEmpty(message.AuthorName))
        {
            left.Drop("messages.name");
        }

        foreach (var name in message.AdditionalProperties?.Keys ?? Enumerable.Empty<string>())
        {
            if (!ChatKeys.IsNote(name) && AnthropicKeys.MemberOf(name) is null)
            {
                left.Drop(ChatKeys.TrySplit(name, out _, out _) ? name : "messages." + name);
            }
        }
    }

    private static string RoleOf(ChatMessage message, string path) => message.Role.Value switch
    {
        "user" or "tool" => "user",
        "assistant" => "assistant",
        _ => throw new WireRequestException(
            $"{path}.role", $"'{path}.role' is not 'system', 'developer', 'user', 'assistant' or 'tool', and Anthropic has no such role.", WireRequestCodes.Unsupported),
    };
}
