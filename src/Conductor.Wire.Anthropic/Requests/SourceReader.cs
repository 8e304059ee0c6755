using System.Text;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Images and documents by their `source`.</summary>
internal static class SourceReader
{
    /// <summary>Null where the source is of a kind that has no type.</summary>
    public static AIContent? Read(RequestElement block, string kind)
    {
        var source = block["source"].RequireObject();
        return source["type"].String() switch
        {
            "base64" => new DataContent(ReadBase64(source["data"]), ReadMediaType(source["media_type"])),
            "text" => new DataContent(Encoding.UTF8.GetBytes(source["data"].NonEmptyString()), "text/plain"),
            "url" => new UriContent(ReadUrl(source["url"]), kind == "image" ? "image/*" : "application/pdf"),
            "file" => new HostedFileContent(RequestText.NonBlank(source["file_id"])) { AdditionalProperties = new() { [AnthropicKeys.Kind] = kind } },
            _ => null,
        };
    }

    private static Uri ReadUrl(RequestElement url)
    {
        var text = url.NonEmptyString();
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? uri
            : throw url.Invalid("must be an http or https URL");
    }

    private static string ReadMediaType(RequestElement mediaType)
    {
        var text = mediaType.NonEmptyString();
        return System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(text, out var parsed) && parsed.Parameters.Count == 0 ? text : throw mediaType.Invalid("must be a media type such as 'image/png'");
    }

    private static byte[] ReadBase64(RequestElement value)
    {
        value.String();
        return value.Value.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0 ? bytes : throw value.Invalid("must be base64");
    }
}
