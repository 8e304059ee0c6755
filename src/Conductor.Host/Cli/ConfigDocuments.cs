using System.CommandLine;
using Conductor.Configuration.Editing;

namespace Conductor.Host.Cli;

/// <summary>New versions of the configuration's documents, as the command line names them.</summary>
internal static class ConfigDocuments
{
    public static Argument<string[]> Files() => new("FILE")
    {
        Description = "New versions of the documents: a name with 'models' in it is models.yaml, one with 'tenants' is tenants.yaml, any other conductor.yaml.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <exception cref="CliException">A file cannot be read, or two are of one document.</exception>
    public static Dictionary<SettingsFile, string> Read(string[] files)
    {
        var texts = new Dictionary<SettingsFile, string>();
        foreach (var file in files)
        {
            try
            {
                if (!texts.TryAdd(KindOf(file), File.ReadAllText(file)))
                {
                    throw new CliException(ExitCodes.Usage, $"'{file}' is the second new {NameOf(KindOf(file))}; name one.");
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCodes.Usage, $"'{file}' cannot be read: {failure.Message}");
            }
        }

        return texts;
    }

    public static string NameOf(SettingsFile file) => $"{file.ToString().ToLowerInvariant()}.yaml";

    private static SettingsFile KindOf(string file) => Path.GetFileName(file) switch
    {
        var name when name.Contains("models", StringComparison.OrdinalIgnoreCase) => SettingsFile.Models,
        var name when name.Contains("tenants", StringComparison.OrdinalIgnoreCase) => SettingsFile.Tenants,
        _ => SettingsFile.Conductor,
    };
}
