using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Costing;
using Microsoft.Extensions.AI;

namespace Conductor.Budgets;

/// <summary>
/// How many tokens a prompt can have at most. No vocabulary makes more tokens of a text than it has bytes, so bytes are the bound that costs nothing;
/// where it is too much, the text is counted.
/// </summary>
internal static class TokenBound
{
    // Tokens that frame a message, whatever the template; the most that providers bill for a picture at their usual detail; the frame of the whole.
    private const int PerMessage = 16;
    private const int PerPicture = 2_000;
    private const int Whole = 32;

    // What an estimate by characters and scripts can be wrong by; usually it is within a quarter.
    private const int MarginOfEstimates = 2;

    /// <summary>Input tokens of a call, from its size.</summary>
    public static long Rough(ModelCall call) => call switch
    {
        ChatCall { Body: { IsTypedOnly: false } body } => Bytes(body.Bytes.Span) + Whole,
        EmbeddingCall { Body: { } body } => body.Bytes.Length + Whole,
        ChatCall chat => Rough(chat.Request),
        EmbeddingCall embedding => Texts(embedding.Request.Inputs ?? []),
        OperationCall operation => operation.Payload.Length + Whole,
        _ => 0,
    };

    /// <summary>Input tokens of a call, counted: never more than <see cref="Rough(ModelCall)"/>.</summary>
    public static long Counted(ModelCall call, string model)
    {
        var counted = call switch
        {
            ChatCall chat => TokenCounter.Chat(model, chat.Request),
            EmbeddingCall { Request.Inputs: { } inputs } => TokenCounter.Texts(model, inputs),
            _ => new TokenCount(Rough(call), IsExact: true),
        };
        var tokens = counted.IsExact ? counted.Tokens : (counted.Tokens * MarginOfEstimates) + Whole;
        return Math.Min(tokens, Rough(call));
    }

    /// <summary>Input tokens of messages.</summary>
    public static long Messages(IEnumerable<ChatMessage> messages) =>
        Whole + messages.Sum(message => PerMessage + message.Contents.Sum(Of));

    /// <summary>Input tokens of texts that are to become vectors.</summary>
    public static long Texts(IReadOnlyList<string> texts) => Whole + texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text));

    /// <summary>How many answers one call asks for; each may be as long as the limit says.</summary>
    public static long Answers(ModelCall call) => call switch
    {
        ChatCall { Body: { IsTypedOnly: false } body } => AnswersIn(body.Bytes.Span),
        ChatCall { Request.Options.AdditionalProperties: { } extra } when extra.TryGetValue("n", out var n) && WholeNumber(n) is { } count => count,
        _ => 1,
    };

    private static long Rough(ChatRequest request) =>
        Messages(request.Messages) + Size(request.Options.Instructions)
        + (request.Options.Tools ?? []).Sum(tool => PerMessage + Size(tool.Name) + Size(tool.Description) + (tool is AIFunctionDeclaration function ? Size(function.JsonSchema.GetRawText()) : 0))
        + (request.Options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } ? Size(schema.GetRawText()) : 0);

    private static long Of(AIContent content) => content switch
    {
        TextContent text => Size(text.Text),
        TextReasoningContent reasoning => Size(reasoning.Text) + Size(reasoning.ProtectedData),
        DataContent data => Math.Max(PerPicture, data.Data.Length),
        UriContent => PerPicture,
        FunctionCallContent call => PerMessage + Size(call.Name) + (call.Arguments?.Sum(one => Size(one.Key) + PerMessage + (2 * Size(one.Value?.ToString()))) ?? 0),
        FunctionResultContent result => PerMessage + (2 * Size(result.Result?.ToString())),
        _ => PerMessage,
    };

    private static long Size(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    // A picture's address is short, what it stands for is not.
    private static long Bytes(ReadOnlySpan<byte> json)
    {
        long pictures = 0;
        for (var rest = json; rest.IndexOf("image"u8) is >= 0 and var at; rest = rest[(at + 5)..])
        {
            pictures++;
        }

        return json.Length + (pictures * PerPicture);
    }

    internal static long AnswersIn(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\"n\""u8) < 0 && json.IndexOf("best_of"u8) < 0 && json.IndexOf("candidateCount"u8) < 0 && json.IndexOf("\\u00"u8) < 0)
        {
            return 1; // none of the names is there, however it is written: nothing to read for
        }

        var reader = new Utf8JsonReader(json);
        long most = 1;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > 2)
                {
                    continue;
                }

                var isCount = reader.CurrentDepth == 1 ? reader.ValueTextEquals("n"u8) || reader.ValueTextEquals("best_of"u8) : reader.ValueTextEquals("candidateCount"u8);
                if (isCount && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count))
                {
                    most = Math.Max(most, count);
                }
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && !reader.ValueTextEquals("generationConfig"u8))
                {
                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            return most; // whoever parses the body reports it
        }

        return most;
    }

    private static long? WholeNumber(object? value) => value switch
    {
        int count => count,
        long count => count,
        JsonElement { ValueKind: JsonValueKind.Number } count when count.TryGetInt64(out var whole) => whole,
        _ => null,
    };
}
