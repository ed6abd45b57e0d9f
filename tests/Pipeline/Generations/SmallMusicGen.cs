using System.Text.Json;
using DgxMusic.Models.MusicGen;

namespace DgxMusic.Pipeline.Tests.Generations;

/// <summary>The recorded small MusicGen with a tokenizer of its own, as a folder of files. A frame of its codes is 48 samples: a second takes 670 steps, and a pass is two seconds.</summary>
sealed class SmallMusicGen : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-musicgen-");

    public SmallMusicGen()
    {
        foreach (string name in (string[])["model.safetensors", "config.json"]) File.Copy(GoldenFiles.Path("musicgen_small", name), Path.Combine(folder.FullName, name));
        File.WriteAllText(Path.Combine(folder.FullName, "tokenizer.json"), Tokenizer());
    }

    public string Folder => folder.FullName;

    public MusicGenFiles Files => MusicGenFiles.Find(Folder);

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Letters, and a few words that are likelier than their letters.</summary>
    public static string Tokenizer()
    {
        IEnumerable<string> pieces = [.. "▁abcdefghijklmnopqrstuvwxyz0123456789.,'-".Select(letter => $"{letter}"), "▁two", "▁calm", "▁tones", "▁slow", "▁waltz", "ing", "er"];
        object[][] vocabulary = [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], .. pieces.Select(piece => new object[] { piece, piece.Length - 10.0 })];
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = new[] { "<pad>", "</s>", "<unk>" }.Select((content, id) => new { id, content, special = true }),
            pre_tokenizer = new { type = "Metaspace", replacement = "▁", add_prefix_space = true },
            model = new { type = "Unigram", unk_id = 2, vocab = vocabulary },
        });
    }
}
