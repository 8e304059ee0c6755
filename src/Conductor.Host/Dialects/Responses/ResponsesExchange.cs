using System.Security.Cryptography;
using System.Text.Json;
using Conductor.Errors;
using Conductor.Wire;
using Conductor.Wire.Responses;

namespace Conductor.Host.Dialects.Responses;

/// <summary>One request to the Responses API as its caller wrote it, and the id that its answer gets.</summary>
internal sealed class ResponsesExchange
{
    private ResponsesExchange(JsonElement body) => Body = body;

    /// <summary>The whole body, before anything was put in.</summary>
    public JsonElement Body { get; }

    /// <summary>The answer's id; an answer that comes in bytes has its own.</summary>
    public string Id { get; } = NewId("resp");

    /// <summary>`store`; true where the body does not say.</summary>
    public bool WantsStored { get; private init; }

    /// <summary>`previous_response_id`; null where absent.</summary>
    public string? PreviousId { get; private init; }

    /// <exception cref="InvalidRequestException">The body is wrong, or wants what is not offered whoever answers.</exception>
    public static ResponsesExchange Read(ReadOnlySpan<byte> bytes)
    {
        var body = Parse(bytes);
        var root = new RequestElement(body, "");
        return WireTranslation.Ask(() =>
        {
            ResponsesRequestReader.RefuseStateElsewhere(root);
            return new ResponsesExchange(body) { WantsStored = root["store"].OptionalBoolean() ?? true, PreviousId = root["previous_response_id"].OptionalString() };
        });
    }

    /// <summary>The same from a body of which nothing else is known; nothing of it is kept.</summary>
    public static ResponsesExchange Of(AnswerContext context) => new(Parse(context.Body.Bytes.Span));

    /// <summary>What the answer says of itself.</summary>
    public ResponsesHead HeadOf(AnswerContext context) => new(Id, context.Model, context.Now, new ResponsesEcho(Body));

    /// <summary>An id that nobody guesses: a prefix and 192 random bits.</summary>
    public static string NewId(string prefix) => $"{prefix}_{RandomNumberGenerator.GetHexString(48, lowercase: true)}";

    private static JsonElement Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictJson.ParseRequest(bytes);
        }
        catch (WireRequestException wrong)
        {
            throw new InvalidRequestException(wrong.Message, wrong.Param, wrong.Code, wrong);
        }
    }
}
