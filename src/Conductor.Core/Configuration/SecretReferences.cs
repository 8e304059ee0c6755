using Conductor.Schemas;

namespace Conductor.Configuration;

/// <summary>Secrets that stand elsewhere: `env:NAME` in the environment, `file:PATH` in a file whose whole text, without white space around it, is the secret.</summary>
/// <param name="environment">The environment's variables.</param>
/// <param name="absolute">Makes a path absolute that is relative to the configuration's root.</param>
/// <param name="problems">Where mistakes and notes go; what is resolved is kept out of them.</param>
internal sealed class SecretReferences(IReadOnlyDictionary<string, string> environment, Func<string, string> absolute, ProblemList problems)
{
    private const string Variable = "env:";
    private const string FileMark = "file:";
    private const int LargestFile = 64 * 1024;

    /// <summary>Puts the secret in the place of a reference to it; anything else stays. Empty where a variable is not set, or a file cannot be read, which is a mistake.</summary>
    /// <param name="node">A scalar.</param>
    /// <param name="file">The document, for mistakes.</param>
    /// <param name="path">Where it stands there.</param>
    /// <param name="lenient">True where a variable that is not set is no mistake.</param>
    public void Resolve(SettingsNode node, string file, string path, bool lenient = true)
    {
        if (node.Kind != SettingsNodeKind.Scalar)
        {
            return;
        }

        var text = node.Text.Trim();
        if (text.StartsWith(Variable, StringComparison.Ordinal))
        {
            var name = text[Variable.Length..];
            node.Text = environment.GetValueOrDefault(name)?.Trim() ?? "";
            if (node.Text.Length == 0 && !lenient)
            {
                problems.Add(file, node.Line, path, $"needs the environment variable '{JsonValues.Cut(name)}', which is not set");
            }
        }
        else if (text.StartsWith(FileMark, StringComparison.Ordinal))
        {
            node.Text = Read(node, file, path, text[FileMark.Length..]);
        }

        problems.Hide(node.Text);
    }

    private string Read(SettingsNode node, string file, string path, string name)
    {
        try
        {
            var from = absolute(name);
            if (new FileInfo(from).Length > LargestFile)
            {
                problems.Add(file, node.Line, path, $"names '{JsonValues.Cut(name)}', which is larger than 64 KiB and no secret");
                return "";
            }

            var secret = File.ReadAllText(from).Trim();
            if (secret.AsSpan().IndexOfAny('\r', '\n') >= 0)
            {
                problems.Add(file, node.Line, path, $"names '{JsonValues.Cut(name)}', which has several lines; a secret is one");
                return "";
            }

            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(from) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
            {
                problems.Notes.Add($"{path}: the secret in '{name}' can be read by every user of this machine; chmod 600 it");
            }

            return secret;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(file, node.Line, path, $"names a file that cannot be read: '{JsonValues.Cut(name)}'");
            return "";
        }
    }
}
