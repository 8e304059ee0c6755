namespace Conductor.Wire.Ollama;

/// <summary>A request to `/api/embed` or `/api/embeddings`.</summary>
/// <param name="Model">Null where the body names none.</param>
/// <param name="Inputs">The texts, in order.</param>
/// <param name="Dimensions">The wanted length of a vector; null = the model's own.</param>
public sealed record OllamaEmbedRequest(string? Model, IReadOnlyList<string> Inputs, int? Dimensions)
{
    /// <summary>Reads a request to `/api/embed`: `input` is a text or several.</summary>
    /// <exception cref="WireRequestException">The body is no such request; the exception names the member.</exception>
    public static OllamaEmbedRequest Read(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var input = root["input"];
        IReadOnlyList<string> inputs = input.Value.ValueKind == System.Text.Json.JsonValueKind.Array ? [.. input.Items().Select(item => item.String())] : [input.String()];
        return new OllamaEmbedRequest(root["model"].OptionalString(), inputs, (int?)root["dimensions"].OptionalInteger(1, 65_536));
    }

    /// <summary>Reads a request to `/api/embeddings`, the address of old: one `prompt`, one vector.</summary>
    /// <exception cref="WireRequestException">As above.</exception>
    public static OllamaEmbedRequest ReadOld(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        return new OllamaEmbedRequest(root["model"].OptionalString(), [root["prompt"].String()], null);
    }
}
