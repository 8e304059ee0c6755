using System.Text;

namespace Conductor.Tokens.Tests;

/// <summary>Ten thousand texts: half of them this repository's own prose and code, half made by a seeded generator of what cuts and joins in unusual ways.</summary>
internal static class Corpus
{
    public const int Size = 10_000;

    private static readonly string[] Words =
    [
        "hello", "World", "don't", "I'LL", "they've", "HTTPServer", "camelCase", "snake_case", "naïve", "Ünïcödé", "straße", "ΑΒΓδέ", "Привет", "мир", "你好世界", "日本語テキスト",
        "한국어", "العربية", "עברית", "हिन्दी", "ไทย", "ǅungla", "ﬁnally", "x²", "Ⅷ", "½", "12345678", "3.14159", "1,000,000", "０１２", "e\u0301tude", "\u0301", "👩‍👩‍👧", "🇩🇪", "🙂🙂", "𝐀𝐛𝐜", "𐐷𐐏",
        "https://example.org/a/b?c=d#e", "a@b.co", "<|endoftext|>", "<|im_start|>", "{\"a\": [1, 2]}", "if (x >= 0) {", "//////", "----", "'s", "'S", "'re", "'RE", "'", "''ll", "\ud800", "Ʞ", "ªº", "ʰ",
    ];

    private static readonly string[] Gaps = [" ", "  ", "   ", "\n", "\r\n", "\n\n", " \n ", "\t", "\t\t", "", "", "\u00a0", "\u3000", "\u2028", " \t\n", "/", ".", ", ", "…", "\0", "!?\n\n"];

    public static IReadOnlyList<string> Texts()
    {
        var texts = new List<string>(Size);
        var root = Root();
        foreach (var file in new[] { "docs", "src/Conductor.Core", "config" }.SelectMany(room => Directory.GetFiles(Path.Combine(root, room), "*.*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
        {
            if (texts.Count >= Size / 2 || Path.GetExtension(file) is not (".md" or ".cs" or ".yaml" or ".json") || file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            {
                continue;
            }

            texts.AddRange(File.ReadAllText(file).TrimStart('\ufeff').Split("\n\n").Take(Size / 2 - texts.Count));
        }

        var random = new Random(20_261_120);
        while (texts.Count < Size)
        {
            texts.Add(Make(random));
        }

        return texts;
    }

    private static string Make(Random random)
    {
        var text = new StringBuilder();
        var pieces = random.Next(0, 40);
        for (var i = 0; i < pieces; i++)
        {
            text.Append(random.Next(6) switch
            {
                0 => Letters(random),
                1 => Rune(random),
                _ => Words[random.Next(Words.Length)],
            });
            text.Append(Gaps[random.Next(Gaps.Length)]);
        }

        return text.ToString();
    }

    private static string Letters(Random random) => string.Create(random.Next(1, 30), random, static (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = (char)(from.Next(2) == 0 ? 'a' + from.Next(26) : 'A' + from.Next(26));
        }
    });

    // Any assigned character that .NET and Node agree on: the planes grow with every Unicode version, and these blocks are old.
    private static string Rune(Random random)
    {
        int[] first = [0x20, 0xA1, 0x370, 0x400, 0x5D0, 0x621, 0x905, 0x1E00, 0x2010, 0x2190, 0x2200, 0x3041, 0x4E00, 0xAC00, 0x1D400, 0x1F300];
        int[] last = [0x7E, 0x24F, 0x377, 0x4FF, 0x5EA, 0x64A, 0x939, 0x1EFF, 0x2027, 0x21FF, 0x22FF, 0x3096, 0x9FA5, 0xD7A3, 0x1D454, 0x1F5FF];
        var block = random.Next(first.Length);
        return new System.Text.Rune(random.Next(first[block], last[block] + 1)).ToString();
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
