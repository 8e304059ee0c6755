using System.Buffers;
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

        return new OllamaPeek(
            model,
            root["stream"].OptionalBoolean() ?? true,
            root["provider"].OptionalString(),
            hasOptions ? options["temperature"].OptionalNumber(0, float.MaxValue) : null,
            hasOptions && options["num_predict"].OptionalInteger(-2, int.MaxValue) is > 0 and var most ? (int)most : null);
    }

    /// <summary>The same request with another model and without Conductor's member `provider`; every other member as it came.</summary>
    public static ReadOnlyMemory<byte> WithModel(ReadOnlySpan<byte> body, string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var root = StrictJson.ParseRequest(body);
        var output = new ArrayBufferWriter<byte>(body.Length + model.Length);
        OllamaJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            foreach (var member in root.EnumerateObject())
            {
                if (member.Name is not ("model" or "provider"))
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        });
        return output.WrittenMemory;
    }
}
