using System.Text.Json;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Tokens;
using Microsoft.Extensions.AI;

namespace Conductor.Costing;

/// <summary>Usage where the upstream states none: an estimate by characters and scripts, usually within a quarter of the truth for present vocabularies.</summary>
public static class UsageEstimator
{
    // OpenAI's own rule for counting chat messages: three tokens frame each message, three begin the answer.
    private const int TokensPerMessage = 3;
    private const int TokensToBeginAnswer = 3;

    // In characters. Counting costs about a tenth of a microsecond for each; a longer text would hold up the answer.
    private const int MostCounted = 32 * 1024;

    // What OpenAI bills for a picture of 1024 x 1024 in full detail; smaller ones cost less.
    private const int TokensPerImage = 765;

    /// <summary>Tokens of a text.</summary>
    public static long TextTokens(ReadOnlySpan<char> text) => TokenWeights.ToTokens(TokenWeights.Of(text));

    /// <summary>Tokens of a UTF-8 text.</summary>
    public static long TextTokens(ReadOnlySpan<byte> utf8) => TokenWeights.ToTokens(TokenWeights.OfUtf8(utf8));

    /// <summary>Tokens of a conversation.</summary>
    public static long MessageTokens(IEnumerable<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        long tokens = TokensToBeginAnswer;
        foreach (var message in messages)
        {
            tokens += TokensPerMessage + TokenWeights.ToTokens(message.Contents.Sum(WeightOf));
        }

        return tokens;
    }

    /// <summary>Tokens that a call sends, read from the caller's bytes without parsing them into messages where the call came as bytes.</summary>
    public static long InputTokens(ModelCall call) => call switch
    {
        ChatCall { Body: { } body } => JsonTokens(body.Bytes.Span),
        ChatCall chat => InputTokens(chat.Request),
        TokenCountCall count => InputTokens(count.Request),
        EmbeddingCall { Body: { } body } => JsonTokens(body.Bytes.Span),
        EmbeddingCall embedding => InputTokens(embedding.Request),
        OperationCall { Embedding: { } embedding } => InputTokens(embedding),
        OperationCall operation => JsonTokens(operation.Payload.Span),
        _ => throw new ArgumentException($"Unknown kind of call: {call?.GetType().Name}.", nameof(call)),
    };

    /// <summary>Tokens of a chat: its messages and its tools.</summary>
    internal static long InputTokens(ChatRequest request) => MessageTokens(request.Messages) + ToolTokens(request.Options);

    /// <summary>Tokens of texts that are to become vectors.</summary>
    internal static long InputTokens(EmbeddingRequest request) => TokenWeights.ToTokens(request.Inputs?.Sum(text => TokenWeights.Of(text)) ?? 0);

    /// <summary>The usage of a call that answered <paramref name="answer"/>, marked as an estimate; counted where the target's vocabulary is known and the texts are not long.</summary>
    public static TokenUsage Estimate(ModelCall call, string? answer)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call is ChatCall chat && call.Hop?.Model.Id is { } model && answer is { Length: <= MostCounted } && Tokenizers.For(model) is not null && Length(chat.Request) <= MostCounted
            ? Estimate(TokenCounter.Chat(model, chat.Request).Tokens, TokenCounter.Text(model, answer).Tokens)
            : Estimate(InputTokens(call), TextTokens(answer));
    }

    /// <summary>The usage of a call whose stream went as far as <paramref name="counter"/> saw, marked as an estimate.</summary>
    public static TokenUsage Estimate(ModelCall call, StreamUsageCounter counter)
    {
        ArgumentNullException.ThrowIfNull(counter);
        return Estimate(InputTokens(call), counter.OutputTokens);
    }

    /// <summary>A usage, marked as an estimate.</summary>
    public static TokenUsage Estimate(long inputTokens, long outputTokens) =>
        new() { InputTokens = inputTokens, OutputTokens = outputTokens, IsEstimated = true };

    /// <summary>Tokens of a request's JSON: its texts, its tools' schemas, a frame for every message. Pictures count as pictures, not as base64.</summary>
    internal static long JsonTokens(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadJson(json);
        }
        catch (JsonException)
        {
            return TextTokens(json); // not ours to report here: whoever parses the body does
        }
    }

    private static long Length(ChatRequest request) => request.Messages.Sum(message => message.Contents.Sum(content => content is TextContent text ? (long)text.Text.Length : 0));

    private static long ReadJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        long weight = 0;
        long tokens = 0;
        var counts = true; // whether the next value is text that the model reads
        var inSchema = false; // inside tools or response_format names are text, too
        var inMessages = false;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (reader.CurrentDepth == 1)
                    {
                        inSchema = reader.ValueTextEquals("tools"u8) || reader.ValueTextEquals("functions"u8) || reader.ValueTextEquals("response_format"u8);
                        inMessages = reader.ValueTextEquals("messages"u8);
                    }

                    weight += inSchema ? TokenWeights.OfJsonString(reader.ValueSpan) : 0;
                    counts = !IsLabel(ref reader);
                    break;
                case JsonTokenType.StartObject when inMessages && reader.CurrentDepth == 2:
                    tokens += TokensPerMessage;
                    break;
                case JsonTokenType.String when counts || inSchema:
                    if (reader.ValueSpan.StartsWith("data:image"u8))
                    {
                        tokens += TokensPerImage;
                    }
                    else
                    {
                        weight += TokenWeights.OfJsonString(reader.ValueSpan);
                    }

                    break;
                case JsonTokenType.Number when reader.CurrentDepth >= 2 && !inMessages && !inSchema:
                    tokens++; // embeddings take token ids as numbers
                    break;
            }
        }

        return tokens + (tokens > 0 ? TokensToBeginAnswer : 0) + TokenWeights.ToTokens(weight);
    }

    // Members that steer the request and are not part of the prompt.
    private static bool IsLabel(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("model"u8) || reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("id"u8)
        || reader.ValueTextEquals("tool_call_id"u8) || reader.ValueTextEquals("user"u8) || reader.ValueTextEquals("provider"u8)
        || reader.ValueTextEquals("encoding_format"u8) || reader.ValueTextEquals("language"u8) || reader.ValueTextEquals("detail"u8);

    internal static long ToolTokens(ChatOptions? options)
    {
        long weight = 0;
        foreach (var tool in options?.Tools ?? [])
        {
            weight += TokenWeights.Of(tool.Name) + TokenWeights.Of(tool.Description);
            if (tool is AIFunctionDeclaration function)
            {
                weight += TokenWeights.Of(function.JsonSchema.GetRawText());
            }
        }

        return TokenWeights.ToTokens(weight);
    }

    internal static long WeightOf(AIContent content) => content switch
    {
        TextContent text => TokenWeights.Of(text.Text),
        TextReasoningContent reasoning => TokenWeights.Of(reasoning.Text),
        DataContent or UriContent => TokensPerImage * 1000L,
        FunctionCallContent call => TokenWeights.Of(call.Name) + (call.Arguments?.Sum(one => TokenWeights.Of(one.Key) + TokenWeights.Of(one.Value?.ToString())) ?? 0),
        FunctionResultContent result => TokenWeights.Of(result.Result?.ToString()),
        ErrorContent error => TokenWeights.Of(error.Message),
        _ => 0,
    };
}
