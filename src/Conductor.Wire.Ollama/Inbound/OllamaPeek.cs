using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>The members of a request that routing, limits and prices need.</summary>
/// <param name="Model">Null where the body names none.</param>
/// <param name="IsStreaming">`stream`; true where the body does not say.</param>
/// <param name="Provider">Conductor's own member `provider`; null where absent.</param>
/// <param name="Temperature">`options.temperature`.</param>
/// <param name="MaxTokens">`options.num_predict`, where it is a limit.</param>
public sealed record OllamaPeek(string? Model, bool IsStreaming, string? Provider, double? Temperature, int? MaxTokens)
{
    /// <summary>Where the value of `model` stands, quotes included; (0, 0) where it does not.</summary>
    public (int Start, int Length) ModelSpan { get; init; }

    /// <summary>Where the member `provider` stands, from its name's quote to its value's end; (0, 0) where it does not.</summary>
    public (int Start, int Length) ProviderSpan { get; init; }

    /// <summary>Reads the members.</summary>
    /// <exception cref="WireRequestException">The body is not such an object, or one of these members is wrong.</exception>
    public static OllamaPeek Read(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var model = root["model"].IsNull ? null : root["model"].NonEmptyString();
        var options = root["options"];
        var hasOptions = !options.IsNull;
        if (hasOptions)
        {
            options.RequireObject();
        }

        var (modelSpan, providerSpan) = Find(body);
        return new OllamaPeek(
            model,
            root["stream"].OptionalBoolean() ?? true,
            root["provider"].OptionalString(),
            hasOptions ? options["temperature"].OptionalNumber(0, float.MaxValue) : null,
            hasOptions && options["num_predict"].OptionalInteger(-2, int.MaxValue) is > 0 and var most ? (int)most : null)
        {
            ModelSpan = modelSpan,
            ProviderSpan = providerSpan,
        };
    }

    // The body has been parsed: it is an object, and no member of it stands twice.
    private static ((int Start, int Length) Model, (int Start, int Length) Provider) Find(ReadOnlySpan<byte> body)
    {
        ((int Start, int Length) model, (int Start, int Length) provider) = (default, default);
        var reader = new Utf8JsonReader(body, StrictJson.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex;
            var (isModel, isProvider) = (reader.ValueTextEquals("model"u8), reader.ValueTextEquals("provider"u8));
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            model = isModel ? (start, end - start) : model;
            provider = isProvider ? (nameStart, end - nameStart) : provider;
        }

        return (model, provider);
    }
}
