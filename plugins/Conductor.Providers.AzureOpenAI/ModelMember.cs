using System.Text.Json;
using System.Text.Encodings.Web;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>The member `model` of a request that goes on as bytes.</summary>
internal static class ModelMember
{
    /// <summary>The same body with another model; every other byte stays as it came.</summary>
    /// <param name="body">A JSON object, checked before.</param>
    /// <param name="model">What it is to say.</param>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> body, string model)
    {
        var reader = new Utf8JsonReader(body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isModel = reader.ValueTextEquals("model"u8);
            reader.Read();
            if (isModel)
            {
                var name = JsonEncodedText.Encode(model, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
                return (byte[])[.. body.Span[..(int)reader.TokenStartIndex], (byte)'"', .. name.EncodedUtf8Bytes, (byte)'"', .. body.Span[(int)reader.BytesConsumed..]];
            }

            reader.Skip();
        }

        return body;
    }
}
