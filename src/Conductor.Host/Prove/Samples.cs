using System.Globalization;
using System.Text;

namespace Conductor.Host.Prove;

/// <summary>Seeded material for conversations: texts of many scripts, JSON, pictures. The same seed makes the same.</summary>
internal sealed class Samples(int seed)
{
    private static readonly string[] Pieces =
    [
        "Where is the station?", "naïve Straße", "Привет, мир", "你好，世界", "שלום", "مرحبا", "नमस्ते", "👩‍👩‍👧‍👦 🇩🇪", "a\u0301\u0323", "𝒜𝓫𝒸", "line one\nline two", "tab\there", "\"quoted\" and \\ back",
        "{\"looks\": \"like json\"}", "data: [DONE]", "<|endoftext|>", "event: message_stop", "\u2028\u2029", "\u0001", "'; DROP TABLE", "</tool>", "1e999", "null", "  spaced  ",
    ];

    private readonly Random _random = new(seed);

    public int Next(int most) => _random.Next(most);

    public bool Coin() => _random.Next(2) == 0;

    public double Number(double least, double most) => Math.Round(least + (_random.NextDouble() * (most - least)), 2);

    /// <summary>Never empty, never white space alone.</summary>
    public string Text()
    {
        var text = new StringBuilder(Pieces[_random.Next(Pieces.Length)]);
        for (var i = _random.Next(4); i > 0; i--)
        {
            text.Append(' ').Append(Pieces[_random.Next(Pieces.Length)]);
        }

        return text.Append(CultureInfo.InvariantCulture, $" {_random.Next(10_000)}").ToString();
    }

    public string Name(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{_random.Next(100_000):x}");

    public byte[] Bytes(int least, int most)
    {
        var bytes = new byte[_random.Next(least, most)];
        _random.NextBytes(bytes);
        return bytes;
    }

    public string Signature() => Convert.ToBase64String(Bytes(12, 90));

    /// <summary>Arguments of a call: strings, numbers, nested lists and objects; sometimes none.</summary>
    public Dictionary<string, object?> Arguments()
    {
        var arguments = new Dictionary<string, object?>();
        for (var i = _random.Next(4); i > 0; i--)
        {
            arguments[Name("arg")] = _random.Next(5) switch
            {
                0 => Text(),
                1 => _random.Next(-1000, 1000),
                2 => Coin(),
                3 => Number(-5, 5),
                _ => System.Text.Json.JsonElement.Parse($$$"""{"list":[1,"two",null,{"deep":{{{_random.Next(9)}}}}],"empty":{}}"""),
            };
        }

        return arguments;
    }
}
