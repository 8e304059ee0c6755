using System.Text.Json;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Settings;

namespace Conductor.Operations;

/// <summary>Reads the request of a typed operation. Everything that is wrong with it is a 400 that names the field.</summary>
public static class OperationCallReader
{
    // Members that every operation is given; an operation's own schema may name more.
    private static readonly string[] Common = ["text", "language", "parameters", "context"];

    /// <summary>Reads and checks a request for one call.</summary>
    /// <param name="operation">The operation's name, from the URL.</param>
    /// <param name="body">The request, UTF-8 JSON.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="catalog">What can be called now.</param>
    /// <param name="callerAborted">Cancelled when the caller leaves.</param>
    /// <exception cref="ConductorException">404 for an unknown operation, 400 for a wrong request.</exception>
    public static async Task<OperationCall> ReadAsync(
        string operation, ReadOnlyMemory<byte> body, CallContext context, CatalogSnapshot catalog, CancellationToken callerAborted)
    {
        using var request = OperationRequest.Parse(operation, body, catalog);
        return await request.ReadCallAsync(context, callerAborted).ConfigureAwait(false);
    }

    /// <summary>One call from a request that is an object.</summary>
    internal static Task<OperationCall> ReadAsync(
        OperationEntry entry, JsonElement root, CallContext context, CatalogSnapshot catalog, CallOptions? over, bool isStreaming, CancellationToken callerAborted)
    {
        var own = PayloadMembersOf(entry);
        var request = new RequestObject(root, "", [.. own, .. OperationEnvelope.Members]);
        var envelope = OperationEnvelope.Read(request, entry, context, catalog);
        return MakeAsync(
            entry, envelope, request.String("text", maxLength: int.MaxValue), own, name => MemberOf(root, name), context, catalog.Settings, over, isStreaming || AsksForStream(entry, root), callerAborted);
    }

    /// <summary>Members that go on to the operation; the others are Conductor's own.</summary>
    internal static IReadOnlyList<string> PayloadMembersOf(OperationEntry entry) =>
        [.. Common, .. entry.RequestMembers.Except([.. Common, .. OperationEnvelope.Members, OperationBatchReader.Inputs])];

    /// <summary>One call from its parts: its text and its payload are checked here.</summary>
    internal static async Task<OperationCall> MakeAsync(
        OperationEntry entry, OperationEnvelope envelope, string? text, IReadOnlyList<string> members, Func<string, JsonElement?> member,
        CallContext context, ConductorSettings settings, CallOptions? over, bool isStreaming, CancellationToken callerAborted)
    {
        var longest = LongestText(entry, settings);
        CheckText(text, entry, longest);
        CheckMessages(member("parameters"), longest);
        var payload = WritePayload(members, member);
        CheckPayload(entry, payload);
        await OperationGuard.ReadAsync(entry, operation => Validate(operation, payload), settings.Reliability, callerAborted).ConfigureAwait(false);
        return new OperationCall
        {
            Context = context,
            CallerAborted = callerAborted,
            Operation = entry.Name,
            Model = envelope.Model,
            Payload = payload,
            Embedding = await EmbeddingPayload.ReadAsync(entry, payload, longest, settings.Reliability, callerAborted).ConfigureAwait(false),
            IsStreaming = isStreaming,
            MaxTokens = envelope.MaxTokens,
            Temperature = envelope.Temperature,
            TopP = envelope.TopP,
            Constraints = envelope.Constraints,
            Options = over is null ? envelope.Options : envelope.Options.Under(over),
        };
    }

    /// <summary>A member's value; null where it is absent or null, which is the same.</summary>
    internal static JsonElement? MemberOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Whether a plain-text operation's parameters say `stream: true`. Elsewhere a parameter of that name is the operation's own.</summary>
    internal static bool AsksForStream(OperationEntry entry, JsonElement json) =>
        !entry.Descriptor.IsStructured
        && MemberOf(json, "parameters") is { ValueKind: JsonValueKind.Object } parameters
        && MemberOf(parameters, "stream") is { ValueKind: JsonValueKind.True };

    private static int LongestText(OperationEntry entry, ConductorSettings settings) =>
        settings.Operations.GetValueOrDefault(entry.Name)?.MaxTextLength
        ?? Math.Min(entry.Descriptor.MaxTextLength, entry.IsEmbedding ? settings.Limits.MaxEmbeddingTextLength : settings.Limits.MaxTextLength);

    private static void CheckText(string? text, OperationEntry entry, int most)
    {
        if (text is null)
        {
            if (entry.Descriptor.RequiresText)
            {
                throw new InvalidRequestException("'text' is missing: send the text to work on, as a string.", "text", "missing_field");
            }

            return;
        }

        if (text.Length == 0)
        {
            throw new InvalidRequestException($"'text' is empty; it must hold 1 to {most} characters.", "text", "invalid_length");
        }

        if (text.Length > most)
        {
            throw new InvalidRequestException($"'text' has {text.Length} characters; it must hold 1 to {most}.", "text", "invalid_length");
        }
    }

    // A text that comes as a conversation is a text; an operation's schema cannot know the operator's limit.
    private static void CheckMessages(JsonElement? parameters, int most)
    {
        if (parameters is not { ValueKind: JsonValueKind.Object } given || MemberOf(given, "messages") is not { ValueKind: JsonValueKind.Array } messages)
        {
            return;
        }

        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var field = $"parameters.messages[{index++}].content";
            if (message.ValueKind == JsonValueKind.Object && MemberOf(message, "content") is { ValueKind: JsonValueKind.String } content
                && RequestChecks.Read(() => content.GetString()!, field) is { Length: var length } && length > most)
            {
                throw new InvalidRequestException($"'{field}' has {length} characters; it must hold 1 to {most}.", field, "invalid_length");
            }
        }
    }

    private static byte[] WritePayload(IReadOnlyList<string> members, Func<string, JsonElement?> member)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var name in members)
            {
                if (member(name) is { } value)
                {
                    writer.WritePropertyName(name);
                    WriteValue(writer, name, value);
                }
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, JsonElement value)
    {
        try
        {
            value.WriteTo(writer);
        }
        catch (InvalidOperationException mistake)
        {
            throw new InvalidRequestException($"'{name}' holds text that is not valid Unicode.", name, "invalid_json", mistake); // a lone surrogate somewhere inside
        }
    }

    private static void CheckPayload(OperationEntry entry, ReadOnlyMemory<byte> payload)
    {
        using var document = JsonDocument.Parse(payload);
        var violations = entry.RequestSchema.Validate(document.RootElement);
        if (violations.Count > 0)
        {
            throw new InvalidRequestException(
                string.Join(" ", violations.Take(5).Select(v => v.Path.Length == 0 ? $"The request {v.Message}." : $"'{RequestChecks.Quote(v.Path)}' {v.Message}.")),
                RequestChecks.Quote(violations[0].Path),
                "invalid_value");
        }
    }

    private static bool Validate(IOperation operation, ReadOnlyMemory<byte> payload)
    {
        operation.Validate(payload);
        return true;
    }
}
