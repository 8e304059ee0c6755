using Conductor.Access;
using Conductor.Sealing;
using Conductor.Security;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>What `server:` names by `env:` and `file:`, looked up once the folders are known: the keys' pepper, the key that providers' keys are encrypted with, the certificate.</summary>
internal static class ServerSecrets
{
    private const string Pepper = "key_pepper";
    private const string Master = "secret_key";

    public static ConductorSettings Apply(
        ConductorSettings settings, SettingsReader server, SettingsPaths paths, IReadOnlyDictionary<string, string> environment, SettingsDocument tenants, ProblemList problems)
    {
        var named = server.Text(Pepper);
        var reference = named is null ? null : Absolute(named, paths);
        settings = Sealing(settings, server, paths, environment, problems);
        settings = settings with { Server = settings.Server with { KeyPepper = reference, Tls = Tls(server.Object("tls"), paths, environment) } };

        var pepper = KeyPepper.Find(reference, settings.Storage.Path, environment, out var problem, out var warning);
        if (warning is not null)
        {
            problems.Notes.Add($"{server.PathOf(Pepper)}: {warning}");
        }

        if (pepper is not null)
        {
            problems.Hide(pepper.Reveal());
        }
        else if (reference is not null)
        {
            server.Document.Problem(server.PathOf(Pepper), problem!);
        }
        else if (settings.Keys.FirstOrDefault(key => key.IsPeppered || key.Previous is { IsPeppered: true }) is { } needy)
        {
            tenants.Problem($"keys[{needy.Place}].hash", $"can be checked only with the pepper that it was made with, and {problem}; bring that file back, or make the key again");
        }

        return settings with { KeyPepper = pepper };
    }

    /// <summary>A reference with its file's path, if it names one, made absolute.</summary>
    public static string Absolute(string reference, SettingsPaths paths) =>
        reference.StartsWith("file:", StringComparison.Ordinal) ? "file:" + paths.FromRoot(reference[5..]) : reference;

    // Not there is no mistake while nothing is encrypted: it is made with the first value. What is encrypted has said so at its own place.
    private static ConductorSettings Sealing(ConductorSettings settings, SettingsReader server, SettingsPaths paths, IReadOnlyDictionary<string, string> environment, ProblemList problems)
    {
        var reference = server.Text(Master) is { } named ? Absolute(named, paths) : null;
        var key = MasterKey.Find(reference, settings.Storage.Path, environment, out var problem, out var warning);
        if (warning is not null)
        {
            problems.Notes.Add($"{server.PathOf(Master)}: {warning}");
        }

        if (key is not null)
        {
            problems.Hide(key.Text.Reveal());
        }
        else if (reference is not null)
        {
            server.Document.Problem(server.PathOf(Master), problem!);
        }

        return settings with { SecretKey = key?.Text, Server = settings.Server with { SecretKey = reference } };
    }

    private static TlsSettings? Tls(SettingsReader tls, SettingsPaths paths, IReadOnlyDictionary<string, string> environment)
    {
        if (!tls.IsObject)
        {
            return null;
        }

        var (certificate, key, pfx) = (File("certificate"), File("key"), File("pfx"));
        if (pfx is null ? certificate is null || key is null : certificate is not null || key is not null)
        {
            tls.Document.Problem(tls.Path, "must have either 'certificate' and 'key', or 'pfx'");
            return null;
        }

        return new TlsSettings { Certificate = certificate, Key = key, Pfx = pfx, Password = Password() };

        string? File(string name) => tls.Text(name) is { Length: > 0 } path ? paths.FromRoot(path) : null;

        Secret? Password()
        {
            if (tls.Text("password") is not { Length: > 4 } reference)
            {
                return null;
            }

            var value = reference.StartsWith("env:", StringComparison.Ordinal) ? environment.GetValueOrDefault(reference[4..]) : Read(paths.FromRoot(reference[5..]));
            if (string.IsNullOrWhiteSpace(value))
            {
                tls.Document.Problem(tls.PathOf("password"), $"'{reference}' is empty or cannot be read");
                return null;
            }

            return new Secret(value);
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return System.IO.File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
