using Conductor.Access;
using Conductor.Configuration;
using Conductor.Configuration.Editing;

namespace Conductor.Sealing;

/// <summary>
/// Puts a new key in the place of the one that providers' keys are sealed with. The order lets it be interrupted anywhere: the old key is kept beside before it is replaced, opens
/// what is still sealed with it, and is deleted once everything is sealed anew. A rotation that finds an old key ends the one that was interrupted first.
/// </summary>
/// <param name="source">Where the configuration is.</param>
/// <param name="time">Drives the waiting for other writers.</param>
public sealed class MasterKeyRotation(SettingsSource source, TimeProvider time)
{
    private readonly SettingsEditor _editor = new(source, time);

    /// <summary>Rotates.</summary>
    /// <returns>How many values are sealed with the new key.</returns>
    /// <exception cref="SettingsEditException">The key could not be changed; whatever was done, every value opens.</exception>
    public async Task<int> RotateAsync(CancellationToken cancellationToken)
    {
        var path = FindPath();
        try
        {
            // Two at once could each take the other's key for the old one. The file stays: taken away, it could be somebody's new one.
            using var turn = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            await SealAnewAsync(cancellationToken).ConfigureAwait(false); // ends one that was interrupted, and tries whether the file can be changed
            DropOld(path);
            KeepOld(path);
            PutNew(path);
            var count = await SealAnewAsync(cancellationToken).ConfigureAwait(false);
            DropOld(path);
            return count;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsEditException(SettingsEditFault.File, $"'{path}' cannot be changed: {failure.Message}", null, failure);
        }
    }

    /// <summary>The key's file.</summary>
    internal string FindPath()
    {
        var load = SettingsLoader.Load(source);
        if (load.Settings is not { } settings)
        {
            throw new SettingsEditException(SettingsEditFault.Broken, $"The configuration has mistakes; mend them first. {load.Problems[0]}", load.Problems);
        }

        var path = MasterKey.PathOf(settings.Server.SecretKey, settings.Storage.Path)
            ?? throw new SettingsEditException(SettingsEditFault.Conflict, $"The key is in the variable '{SecretFile.VariableOf(settings.Server.SecretKey)}', which is not Conductor's to change. Put it into a file, name that by server.secret_key: \"file:PATH\", and rotate then.");
        return File.Exists(path) ? path : throw new SettingsEditException(SettingsEditFault.Missing, $"There is no key yet: '{path}' is made with the first value.");
    }

    /// <summary>Seals every value with the key of now, in one edit.</summary>
    internal async Task<int> SealAnewAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        await _editor.EditAsync(SettingsFile.Conductor, (yaml, settings) =>
        {
            count = 0;
            var master = MasterKey.Find(settings.Server.SecretKey, settings.Storage.Path, source.Environment, out var problem, out _) ?? throw new IOException(problem);
            foreach (var (provider, index, isObject, text) in ProviderKeyList.Sealed(SettingsDocuments.Parse(SettingsFile.Conductor, yaml.ToString())).ToList())
            {
                var value = master.Open(provider, text)
                    ?? throw new SettingsEditException(SettingsEditFault.Conflict, $"providers.{provider}.keys[{index}] does not open with the key in '{MasterKey.PathOf(settings.Server.SecretKey, settings.Storage.Path)}'.");
                ProviderKeyList.Replace(yaml, provider, index, isObject, master.Seal(provider, value));
                count++;
            }
        }, cancellationToken).ConfigureAwait(false);
        return count;
    }

    internal static void KeepOld(string path) => SecretFile.Write(path + MasterKey.OldEnding, File.ReadAllText(path).Trim(), overwrite: true);

    internal static void PutNew(string path) => SecretFile.Write(path, MasterKey.New(), overwrite: true);

    internal static void DropOld(string path) => File.Delete(path + MasterKey.OldEnding);
}
