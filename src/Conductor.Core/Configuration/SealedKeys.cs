using Conductor.Sealing;
using Conductor.Schemas;

namespace Conductor.Configuration;

/// <summary>Opens what providers' keys are written as when they came by the API (`enc:v1:…`). The key for it is looked up with the first of them.</summary>
/// <param name="conductor">The document; what refers to the environment in it has been replaced, but for the providers.</param>
/// <param name="source">The environment, and the data folder where it is given.</param>
/// <param name="paths">Where relative paths start.</param>
/// <param name="problems">Where mistakes go; what is opened is kept out of them.</param>
internal sealed class SealedKeys(SettingsDocument conductor, SettingsSource source, SettingsPaths paths, ProblemList problems)
{
    private (MasterKey? Key, string? Problem)? _found;

    /// <summary>Puts the key in the place of the sealed one. Empty where it does not open, which is a mistake.</summary>
    /// <returns>False where it is not sealed.</returns>
    public bool TryOpen(SettingsNode node, string provider, string path)
    {
        if (node.Kind != SettingsNodeKind.Scalar || !SealedValue.Is(node.Text))
        {
            return false;
        }

        var text = node.Text;
        problems.Hide(text);
        node.Text = "";
        if (!text.TrimStart().StartsWith(SealedValue.Version1, StringComparison.Ordinal))
        {
            Report(node, path, "is encrypted in a way that this version does not know; upgrade, or give the key anew (conductor secrets set)");
            return true;
        }

        var (key, problem) = _found ??= Find();
        if (key is null)
        {
            Report(node, path, $"is encrypted, and {problem}; bring the key back that it was encrypted with (server.secret_key), or give the provider's key anew (conductor secrets set)");
        }
        else if (key.Open(provider, text) is not { Length: > 0 } value)
        {
            Report(node, path, "does not open: it was encrypted with another key (server.secret_key) or for another provider, or was changed; bring that key back, or give the provider's key anew (conductor secrets set)");
        }
        else
        {
            node.Text = value;
            problems.Hide(value);
        }

        return true;
    }

    private void Report(SettingsNode node, string path, string message) => problems.Add(conductor.File, node.Line, path, message);

    private (MasterKey? Key, string? Problem) Find()
    {
        var reference = Text("server", "secret_key") is { Length: > 0 } named ? ServerSecrets.Absolute(named, paths) : null;
        var data = source.Data is { Length: > 0 } given ? Path.GetFullPath(given)
            : Text("storage", "path") is { Length: > 0 } written ? paths.FromRoot(written)
            : paths.DefaultData(new ProblemList());
        var key = MasterKey.Find(reference, data, source.Environment, out var problem, out _);
        return (key, problem);
    }

    private string? Text(string section, string name) => conductor.Root[section]?[name] is { Kind: SettingsNodeKind.Scalar } node ? node.Text : null;
}
