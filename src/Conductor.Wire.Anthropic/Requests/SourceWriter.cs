using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes type and `source` of images and documents. What an answer would be wrong without is refused, never left out.</summary>
internal static class SourceWriter
{
    public static void Write(Utf8JsonWriter writer, AIContent content, string path)
    {
        switch (content)
        {
            case DataContent data:
                WriteData(writer, data, path);
                break;
            case UriContent uri when uri.HasTopLevelMediaType("image"):
                WriteUrl(writer, "image"u8, uri);
                break;
            case UriContent { MediaType: "application/pdf" } uri:
                WriteUrl(writer, "document"u8, uri);
                break;
            case HostedFileContent file when file.AdditionalProperties?.TryGetValue(AnthropicKeys.Kind, out var kind) == true && kind is string type:
                writer.WriteString("type"u8, type);
                writer.WriteStartObject("source"u8);
                writer.WriteString("type"u8, "file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                writer.WriteEndObject();
                break;
            case HostedFileContent:
                throw new WireRequestException(path, $"'{path}' names a file that another provider keeps; send its data.", WireRequestCodes.Unsupported);
            default:
                throw new WireRequestException(path, $"'{path}' points to what is neither an image nor a PDF; Anthropic fetches nothing else.", WireRequestCodes.Unsupported);
        }
    }

    private static void WriteData(Utf8JsonWriter writer, DataContent data, string path)
    {
        switch (data.MediaType)
        {
            case "image/png" or "image/jpeg" or "image/gif" or "image/webp":
                WriteBase64(writer, "image"u8, data, data.MediaType);
                break;
            case "image/jpg": // what some clients call it
                WriteBase64(writer, "image"u8, data, "image/jpeg");
                break;
            case "application/pdf":
                WriteBase64(writer, "document"u8, data, data.MediaType);
                break;
            case "text/plain":
                writer.WriteString("type"u8, "document"u8);
                writer.WriteStartObject("source"u8);
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("media_type"u8, "text/plain"u8);
                writer.WriteString("data"u8, Encoding.UTF8.GetString(data.Data.Span));
                writer.WriteEndObject();
                break;
            default:
                throw new WireRequestException(
                    path, $"'{path}' is '{data.MediaType}'; Anthropic takes PNG, JPEG, GIF and WebP images, PDF and plain text.", WireRequestCodes.Unsupported);
        }

        if (data.Name is { Length: > 0 } title && !data.HasTopLevelMediaType("image"))
        {
            writer.WriteString("title"u8, title);
        }
    }

    private static void WriteBase64(Utf8JsonWriter writer, ReadOnlySpan<byte> type, DataContent data, string mediaType)
    {
        writer.WriteString("type"u8, type);
        writer.WriteStartObject("source"u8);
        writer.WriteString("type"u8, "base64"u8);
        writer.WriteString("media_type"u8, mediaType);
        writer.WriteString("data"u8, data.Base64Data.Span);
        writer.WriteEndObject();
    }

    private static void WriteUrl(Utf8JsonWriter writer, ReadOnlySpan<byte> type, UriContent uri)
    {
        writer.WriteString("type"u8, type);
        writer.WriteStartObject("source"u8);
        writer.WriteString("type"u8, "url"u8);
        writer.WriteString("url"u8, uri.Uri.OriginalString);
        writer.WriteEndObject();
    }
}
