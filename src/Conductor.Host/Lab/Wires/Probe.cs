using System.Text.Json;
using System.Text.Unicode;
using Conductor.Calls;
using Conductor.Host.Prove;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Lab.Wires;

/// <summary>What every target asks of its readers: their own exceptions, and what they have read can be said in every dialect.</summary>
internal static class Probe
{
    /// <summary>Reads a request; null where it is refused as the reader declares.</summary>
    public static T? Request<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (WireRequestException refused)
        {
            Require(refused.Message.Length > 0 && refused.Code.Length > 0, "a refusal without a message or a code");
            return null;
        }
    }

    /// <summary>Reads an answer; false where it is none, as the reader declares.</summary>
    public static bool Answer<T>(Func<T> read, out T value)
    {
        try
        {
            value = read();
            return true;
        }
        catch (WireResponseException)
        {
            value = default!;
            return false;
        }
    }

    /// <summary>A peek that refuses what the reader takes would turn a right request away; null where it refuses what is for the peek alone.</summary>
    public static T? Agreed<T>(T? peek, Func<T> again)
        where T : class
    {
        if (peek is not null)
        {
            return peek;
        }

        try
        {
            return again();
        }
        catch (WireRequestException refused) when (IsForThePeekAlone(refused.Param ?? ""))
        {
            return null;
        }
        catch (WireRequestException refused)
        {
            throw new WireFindingException($"a request that the reader takes and the peek refuses: {refused.Message}");
        }
    }

    public static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new WireFindingException(what);
        }
    }

    // One peek serves several addresses: a chat's reader passes over what only a request for vectors or a count has, and `provider` is the gateway's own.
    private static bool IsForThePeekAlone(string param) =>
        param.Split('.', '[')[0] is "provider" or "input" or "dimensions" or "encoding_format" or "safetySettings" or "content" or "requests" or "generateContentRequest" or "outputDimensionality";

    /// <summary>Says a request in every dialect that can say it, and reads that back.</summary>
    public static void Onward(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        foreach (var dialect in ProvedDialects.All)
        {
            if (Request(() => dialect.WriteRequest(new ChatRequest(messages, options)).Body) is { } body)
            {
                RequireJson(body, dialect.Name);
                Request(() => dialect.ReadRequest(body));
            }
        }
    }

    /// <summary>Says an answer in every dialect, and reads that back.</summary>
    public static void Onward(ChatResponse answer)
    {
        foreach (var dialect in ProvedDialects.All)
        {
            var body = dialect.WriteAnswer(answer, new LossReport());
            RequireJson(body, dialect.Name);
            try
            {
                dialect.ReadAnswer(body);
            }
            catch (WireResponseException failure) when (failure.Fault is WireResponseFault.NotJson or WireResponseFault.Empty)
            {
                // What was read at the deepest is a few levels deeper in a dialect that says it further inside; and nothing may have been said.
            }
            catch (WireResponseException failure)
            {
                throw new WireFindingException($"an answer that {dialect.Name} says and does not read: {failure.Message}");
            }
        }
    }

    /// <summary>Says a stream in every dialect, and reads that back.</summary>
    public static async Task OnwardAsync(IReadOnlyList<ChatResponseUpdate> updates)
    {
        foreach (var dialect in ProvedDialects.All)
        {
            var bytes = dialect.WriteStream(updates, new LossReport());
            try
            {
                await dialect.ReadStreamAsync(bytes);
            }
            catch (WireResponseException failure) when (failure.Fault == WireResponseFault.NotJson)
            {
                // As above.
            }
            catch (WireResponseException failure)
            {
                throw new WireFindingException($"a stream that {dialect.Name} says and does not read: {failure.Message}");
            }
        }
    }

    public static void RequireJson(ReadOnlySpan<byte> body, string what)
    {
        try
        {
            Require(Utf8.IsValid(body), $"{what}: written bytes that are not UTF-8");
            JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = 4 * StrictJson.MaxDepth });
        }
        catch (JsonException failure)
        {
            throw new WireFindingException($"{what}: written bytes that are no JSON: {failure.Message}");
        }
    }
}
