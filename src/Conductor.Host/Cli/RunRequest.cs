using System.Text;
using System.Text.Json;

namespace Conductor.Host.Cli;

/// <summary>The request that `conductor run` makes of its command line: the same JSON that the HTTP surface takes.</summary>
internal sealed class RunRequest : IDisposable
{
    // More than any operation takes; an endless pipe must not fill the memory before the request is refused.
    private const int MaxInputChars = 4 * 1024 * 1024;

    // Inputs are many: as much as a request's body may have.
    private const int MaxInputsChars = 32 * 1024 * 1024;

    private readonly MemoryStream _buffer = new();
    private readonly Utf8JsonWriter _json;

    public RunRequest()
    {
        _json = new Utf8JsonWriter(_buffer);
        _json.WriteStartObject();
    }

    /// <summary>Adds a string, unless it is null.</summary>
    public RunRequest Text(string name, string? value)
    {
        if (value is null)
        {
            return this;
        }

        try
        {
            _json.WriteString(name, value);
            return this;
        }
        catch (ArgumentException)
        {
            throw new CliException(ExitCodes.Usage, $"The {name} is not valid Unicode.");
        }
    }

    /// <summary>Adds JSON, unless it is null.</summary>
    public RunRequest Json(string name, string? value)
    {
        if (value is not null)
        {
            _json.WritePropertyName(name);
            WriteJson(value, $"--{name}");
        }

        return this;
    }

    /// <summary>Adds `inputs` from text that is a JSON array, or a JSON value a line.</summary>
    public RunRequest Inputs(string content)
    {
        _json.WritePropertyName("inputs");
        if (content.AsSpan().TrimStart().StartsWith("["))
        {
            WriteJson(content, "--inputs");
            return this;
        }

        _json.WriteStartArray();
        var number = 0;
        foreach (var range in content.AsSpan().Split('\n')) // U+2028 and its like end no line here: JSON strings may hold them as they are
        {
            number++;
            var line = content.AsSpan()[range];
            if (!line.IsWhiteSpace())
            {
                WriteJson(line.ToString(), $"Line {number} of --inputs");
            }
        }

        _json.WriteEndArray();
        return this;
    }

    public byte[] ToBody()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.ToArray();
    }

    public void Dispose()
    {
        _json.Dispose();
        _buffer.Dispose();
    }

    /// <summary>The text of the command line; `-` is standard input.</summary>
    public static async Task<string?> ReadTextAsync(string? text, CancellationToken cancellationToken) =>
        text is "-" ? await ReadAsync(Console.OpenStandardInput(), "Standard input", MaxInputChars, cancellationToken) : text;

    /// <summary>The text of a file; `-` is standard input.</summary>
    public static async Task<string> ReadInputsAsync(string path, CancellationToken cancellationToken)
    {
        if (path is "-")
        {
            return await ReadAsync(Console.OpenStandardInput(), "Standard input", MaxInputsChars, cancellationToken);
        }

        try
        {
            await using var file = File.OpenRead(path);
            return await ReadAsync(file, $"'{path}'", MaxInputsChars, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"--inputs cannot be read: {failure.Message}");
        }
    }

    private void WriteJson(string value, string what)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            document.RootElement.WriteTo(_json);
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException)
        {
            throw new CliException(ExitCodes.Usage, $"{what} is not valid JSON: {mistake.Message}");
        }
    }

    private static async Task<string> ReadAsync(Stream stream, string what, int most, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        var text = new StringBuilder();
        var buffer = new char[64 * 1024];
        try
        {
            while (await reader.ReadBlockAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if (text.Length + read > most)
                {
                    throw new CliException(ExitCodes.Usage, $"{what} holds more than {most} characters, which no operation takes.");
                }

                text.Append(buffer, 0, read);
            }
        }
        catch (DecoderFallbackException)
        {
            throw new CliException(ExitCodes.Usage, $"{what} is not valid UTF-8.");
        }

        return text.ToString();
    }
}
