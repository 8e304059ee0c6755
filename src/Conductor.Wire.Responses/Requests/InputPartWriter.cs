using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Writes one content part of an input.</summary>
internal static class InputPartWriter
{
    public static void Write(Utf8JsonWriter writer, AIContent content, bool isAssistant, string path)
    {
        if (content.AdditionalProperties?.TryGetValue(ResponsesKeys.RawPart, out JsonElement raw) == true)
        {
            raw.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        switch (content)
        {
            case TextContent text:
                writer.WriteString("type"u8, isAssistant ? "output_text" : "input_text");
                writer.WriteString("text"u8, text.Text);
                break;
            case ErrorContent { ErrorCode: ChatKeys.Refusal } refusal when isAssistant:
                writer.WriteString("type"u8, "refusal"u8);
                writer.WriteString("refusal"u8, refusal.Message);
                break;
            case UriContent uri when uri.HasTopLevelMediaType("image"):
                WriteImage(writer, "image_url", uri.Uri.OriginalString, content);
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                WriteImage(writer, "image_url", data.Uri, content);
                break;
            case HostedFileContent file when file.MediaType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true:
                WriteImage(writer, "file_id", file.FileId, content);
                break;
            case DataContent data when data.HasTopLevelMediaType("audio"):
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteStartObject("input_audio"u8);
                writer.WriteString("data"u8, data.Base64Data.Span);
                writer.WriteString("format"u8, AudioFormat(data.MediaType));
                writer.WriteEndObject();
                break;
            case UriContent uri:
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("file_url"u8, uri.Uri.OriginalString);
                break;
            case DataContent data:
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("filename"u8, data.Name ?? (data.MediaType == "application/pdf" ? "file.pdf" : "file"));
                writer.WriteString("file_data"u8, data.Uri);
                break;
            case HostedFileContent file:
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                break;
            default:
                throw new WireRequestException(path, $"'{path}' is a {content.GetType().Name}, which this dialect cannot say.", WireRequestCodes.Unsupported);
        }

        writer.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter writer, string member, string value, AIContent content)
    {
        writer.WriteString("type"u8, "input_image"u8);
        writer.WriteString(member, value);
        if (content.AdditionalProperties?.TryGetValue("detail", out var detail) == true)
        {
            writer.WritePropertyName("detail"u8);
            LooseValue.Write(writer, detail, "detail");
        }
        else
        {
            writer.WriteString("detail"u8, "auto"u8);
        }
    }

    private static string AudioFormat(string mediaType) => mediaType["audio/".Length..].ToLowerInvariant() switch
    {
        "mpeg" => "mp3",
        "x-wav" or "wave" or "vnd.wave" => "wav",
        var format => format,
    };
}
