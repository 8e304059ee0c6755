using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>
/// Items to messages. Neighbouring items of the assistant (thinking, text, calls) are one turn and so one message, because other dialects want a turn's
/// calls together. For one request.
/// </summary>
internal sealed class ItemReader
{
    private static readonly ChatRole Developer = new("developer");

    private readonly List<ChatMessage> _messages = [];
    private readonly List<JsonElement> _turnItems = [];
    private ChatMessage? _turn;

    public bool IsEmpty => _messages.Count == 0 && _turn is null;

    /// <summary>The messages; a turn that is open ends.</summary>
    public IReadOnlyList<ChatMessage> Complete()
    {
        EndTurn();
        return _messages;
    }

    /// <summary>An input that is a plain string.</summary>
    public void ReadText(string text) => Add(new ChatMessage(ChatRole.User, text));

    /// <exception cref="WireRequestException">The item is not one.</exception>
    public void Read(RequestElement item)
    {
        var type = item.RequireObject()["type"].OptionalString() ?? (item.Has("role") ? "message" : throw item["type"].Missing());
        switch (type)
        {
            case "message":
                ReadMessage(item);
                break;
            case "function_call":
                var call = CallArguments.ToContent(item["call_id"].NonEmptyString(), item["name"].NonEmptyString(), item["arguments"].String());
                ThoughtSignatures.Read(item.Value, call);
                AddToTurn(item, call);
                break;
            case "function_call_output":
                ReadResult(item);
                break;
            case "reasoning":
                AddToTurn(item, [.. ReasoningItem.Read(item)]);
                break;
            case "item_reference":
                throw new WireRequestException(
                    item.Path, $"'{item.Path}' refers to item '{item["id"].String()}', which is not kept here; send the item itself.", WireRequestCodes.InvalidValue);
            default:
                AddToTurn(item, new AIContent { AdditionalProperties = new() { [ResponsesKeys.RawItem] = item.Value } });
                break;
        }
    }

    private void ReadMessage(RequestElement item)
    {
        var role = item["role"];
        var name = role.String();
        var contents = InputPartReader.ReadContent(item["content"]);
        if (name == "assistant")
        {
            // A text after a text is another message; one beside calls belongs to their turn.
            if (_turn is not null && _turn.Contents.Any(IsSaid) && !_turn.Contents.Any(content => content is FunctionCallContent))
            {
                EndTurn();
            }

            AddToTurn(item, [.. contents]);
            return;
        }

        Add(new ChatMessage(
            name switch
            {
                "user" => ChatRole.User,
                "system" => ChatRole.System,
                "developer" => Developer,
                _ => throw role.Invalid("must be 'user', 'assistant', 'system' or 'developer'"),
            },
            contents));
    }

    private void ReadResult(RequestElement item)
    {
        var output = item["output"];
        object result = output.Value.ValueKind == JsonValueKind.Array ? InputPartReader.ReadContent(output) : output.String();
        if (result is List<AIContent> parts && parts.TrueForAll(part => part is TextContent))
        {
            result = string.Concat(parts.Cast<TextContent>().Select(part => part.Text));
        }

        var message = new ChatMessage(ChatRole.Tool, [new FunctionResultContent(item["call_id"].NonEmptyString(), result)]);
        message.AdditionalProperties = new() { [ResponsesKeys.Items] = ArrayOf([item.Value]) };
        Add(message);
    }

    private static bool IsSaid(AIContent content) => content is TextContent or ErrorContent;

    private void Add(ChatMessage message)
    {
        EndTurn();
        _messages.Add(message);
    }

    private void AddToTurn(RequestElement item, params ReadOnlySpan<AIContent> contents)
    {
        _turn ??= new ChatMessage { Role = ChatRole.Assistant };
        _turnItems.Add(item.Value);
        foreach (var content in contents)
        {
            _turn.Contents.Add(content);
        }
    }

    private void EndTurn()
    {
        if (_turn is null)
        {
            return;
        }

        _turn.AdditionalProperties = new() { [ResponsesKeys.Items] = ArrayOf(_turnItems) };
        _messages.Add(_turn);
        _turn = null;
        _turnItems.Clear();
    }

    private static JsonElement ArrayOf(List<JsonElement> items)
    {
        var output = new ArrayBufferWriter<byte>();
        WireJson.Write(output, writer =>
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                item.WriteTo(writer);
            }

            writer.WriteEndArray();
        });
        return JsonElement.Parse(output.WrittenSpan, new JsonDocumentOptions { MaxDepth = 2 * StrictJson.MaxDepth });
    }
}
