using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>The JSON values of a body that holds one or several, whatever white space stands within and between them.</summary>
/// <param name="body">All of it.</param>
public ref struct OllamaJsonValues(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;
    private bool _hasBegun;

    /// <summary>The bytes of the current value; of a body that is no JSON, all that is left of it.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Moves to the next value; an empty body has one, which is empty. False at the end.</summary>
    public bool MoveNext()
    {
        if (_hasBegun && _rest.IsEmpty)
        {
            return false;
        }

        _hasBegun = true;
        var text = _rest.StartsWith(OllamaJson.ByteOrderMark) ? _rest[OllamaJson.ByteOrderMark.Length..] : _rest;
        var length = text.Length;
        try
        {
            var json = new Utf8JsonReader(text, new JsonReaderOptions { AllowMultipleValues = true });
            if (json.Read() && json.TrySkip())
            {
                length = (int)json.BytesConsumed;
            }
        }
        catch (JsonException)
        {
            // Whoever reads the value says what is wrong with it.
        }

        Current = text[..length];
        _rest = text[length..].TrimStart(" \t\r\n"u8);
        return true;
    }
}
