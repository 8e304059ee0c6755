using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>The list of models: bytes to types.</summary>
public static class OpenAIModelsReader
{
    /// <summary>Reads a list; rows without an id are left out, a list without rows is empty.</summary>
    /// <exception cref="WireResponseException">The bytes are no list.</exception>
    public static IReadOnlyList<OpenAIModel> Read(ReadOnlySpan<byte> body) =>
        // Together sends the rows alone.
        body.TrimStart(" \r\n\t"u8) is [(byte)'[', ..] ? ResponseJson.Read([.. "{\"data\":"u8, .. body, (byte)'}'], Read) : ResponseJson.Read(body, Read);

    private static IReadOnlyList<OpenAIModel> Read(JsonElement root)
    {
        if (ResponseJson.Member(root, "data"u8, JsonValueKind.Array) is not { } data)
        {
            throw new WireResponseException(WireResponseFault.Empty, "The answer has no list of models.");
        }

        var models = new List<OpenAIModel>(data.GetArrayLength());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in data.EnumerateArray())
        {
            if (ResponseJson.String(row, "id"u8) is { Length: > 0 } id && seen.Add(id))
            {
                models.Add(new OpenAIModel(id, ResponseJson.String(row, "owned_by"u8) ?? "", ResponseJson.Created(row), ContextWindow(row)));
            }
        }

        return models;
    }

    private static int? ContextWindow(JsonElement row)
    {
        var meta = ResponseJson.Member(row, "meta"u8, JsonValueKind.Object) ?? default;
        // What the server was started with (`n_ctx`) is what a prompt has to fit; what the model was trained with is the next best.
        return Positive(row, "max_model_len"u8) ?? Positive(meta, "n_ctx"u8) ?? Positive(meta, "n_ctx_train"u8) ?? Positive(row, "context_length"u8)
            ?? Positive(row, "context_window"u8) ?? Positive(row, "max_context_length"u8) ?? OfProviders(row);
    }

    /// <summary>A router lists who serves the model, each with a context of its own: the smallest is there whoever is chosen.</summary>
    private static int? OfProviders(JsonElement row) =>
        (ResponseJson.Member(row, "providers"u8, JsonValueKind.Array)?.EnumerateArray() ?? default).Select(provider => Positive(provider, "context_length"u8)).Min();

    private static int? Positive(JsonElement from, ReadOnlySpan<byte> name) =>
        ResponseJson.Member(from, name, JsonValueKind.Number) is { } number && number.TryGetInt32(out var value) && value > 0 ? value : null;
}
