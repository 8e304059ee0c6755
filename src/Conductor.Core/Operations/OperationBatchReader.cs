using System.Runtime.InteropServices;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;

namespace Conductor.Operations;

/// <summary>Reads the request of a batch: `inputs`, and beside it what holds for every item. An item's own members win over those.</summary>
internal static class OperationBatchReader
{
    public const string Inputs = "inputs";

    /// <summary>Checks the batch as a whole. The items are read one by one, when it is their turn: 256 payloads are never in memory together.</summary>
    /// <param name="entry">The operation.</param>
    /// <param name="root">The request.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="catalog">What can be called now.</param>
    /// <param name="over">Options that win over those of the body; null = none.</param>
    /// <param name="callerAborted">Cancelled when the caller leaves.</param>
    /// <exception cref="InvalidRequestException">The batch is wrong as a whole.</exception>
    public static OperationBatch Read(
        OperationEntry entry, JsonElement root, int size, CallContext context, CatalogSnapshot catalog, CallOptions? over, CancellationToken callerAborted)
    {
        var members = OperationCallReader.PayloadMembersOf(entry);
        var request = new RequestObject(root, "", [Inputs, .. members, .. OperationEnvelope.Members]);
        var items = ItemsOf(root);
        var envelope = OperationEnvelope.Read(request, entry, context, catalog);
        RefuseTogether(root, "text");
        RefuseStream(entry, root);
        CheckSize(root, members, items.Count, size, catalog.Settings.Limits.MaxBodyBytes);
        return new OperationBatch(entry.Name, context, items.Count, (index, at) => ReadItemAsync(entry, root, members, items[index], envelope, at, catalog, over, callerAborted));
    }

    private static List<JsonElement> ItemsOf(JsonElement root)
    {
        var inputs = OperationCallReader.MemberOf(root, Inputs)
            ?? throw new InvalidRequestException($"'{Inputs}' is missing: send 1 to {OperationBatch.MaxItems} texts or objects in an array.", Inputs, "missing_field");
        if (inputs.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidRequestException($"'{Inputs}' must be an array of 1 to {OperationBatch.MaxItems} texts or objects.", Inputs, "invalid_value");
        }

        return inputs.GetArrayLength() is > 0 and <= OperationBatch.MaxItems
            ? [.. inputs.EnumerateArray()]
            : throw new InvalidRequestException($"'{Inputs}' has {inputs.GetArrayLength()} items; it must hold 1 to {OperationBatch.MaxItems}.", Inputs, "invalid_length");
    }

    private static void RefuseTogether(JsonElement root, string member)
    {
        if (OperationCallReader.MemberOf(root, member) is not null)
        {
            throw new InvalidRequestException($"'{member}' and '{Inputs}' exclude each other: put the text among the inputs.", member, "invalid_value");
        }
    }

    private static void RefuseStream(OperationEntry entry, JsonElement json)
    {
        if (OperationCallReader.AsksForStream(entry, json))
        {
            throw new InvalidRequestException("A batch is not streamed: leave 'parameters.stream' out, or send the inputs one by one.", "parameters.stream", "unsupported_parameter");
        }
    }

    // What stands beside the inputs counts once for each of them: 30 MB of context and 256 inputs would be 8 GB of payloads.
    private static void CheckSize(JsonElement root, IReadOnlyList<string> members, int items, int size, long most)
    {
        var common = members.Sum(name => OperationCallReader.MemberOf(root, name) is { } value ? (long)SizeOf(value) : 0);
        if (size + (common * (items - 1)) is var whole && whole > most)
        {
            throw new InvalidRequestException(
                $"The batch has {whole} bytes when what stands beside 'inputs' is counted for each item; at most {most} are taken. Send fewer items at once.", Inputs, "batch_too_large");
        }
    }

    private static int SizeOf(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).Length;

    private static Task<OperationCall> ReadItemAsync(
        OperationEntry entry, JsonElement root, IReadOnlyList<string> members, JsonElement item, OperationEnvelope envelope,
        CallContext context, CatalogSnapshot catalog, CallOptions? over, CancellationToken callerAborted)
    {
        string? text;
        switch (item.ValueKind)
        {
            case JsonValueKind.String:
                text = RequestChecks.Read(() => item.GetString()!, "text");
                break;
            case JsonValueKind.Object:
                RefuseStream(entry, item);
                text = new RequestObject(item, "", members).String("text", maxLength: int.MaxValue);
                break;
            default:
                throw new InvalidRequestException($"An item of '{Inputs}' is a text or an object; this one is neither.", Inputs, "invalid_value");
        }

        return OperationCallReader.MakeAsync(entry, envelope, text, members, MemberOf, context, catalog.Settings, over, isStreaming: false, callerAborted);

        JsonElement? MemberOf(string name) =>
            (item.ValueKind == JsonValueKind.Object ? OperationCallReader.MemberOf(item, name) : name == "text" ? item : null)
            ?? OperationCallReader.MemberOf(root, name);
    }
}
