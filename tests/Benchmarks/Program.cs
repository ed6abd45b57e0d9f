using DgxMusic.Benchmarks;

// Without arguments: all of them. Results go to standard output as a Markdown table; tests/Benchmarks/Results.md keeps those of known machines.
var suites = new Dictionary<string, Func<IEnumerable<Measurement>>>
{
    ["composer"] = ComposerSpeed.Run,
    ["export"] = ExportSpeed.Run,
    ["audio"] = AudioSpeed.Run,
    ["wav"] = WavSpeed.Run,
    ["quality"] = QualitySpeed.Run,
    ["tensors"] = TensorSpeed.Run,
    ["separation"] = SeparationSpeed.Run,
    ["htdemucs"] = HTDemucsSpeed.Run,
    ["profile"] = HTDemucsProfile.Run,
    ["step-speed"] = StepSpeed.Run,
    ["musicgen-speed"] = MusicGenSpeed.Run,
    ["codec-speed"] = CodecSpeed.Run,
    ["text-speed"] = TextSpeed.Run,
    ["variants"] = TensorVariants.Run,
    ["memory"] = PeakMemory.Run,
    ["leases"] = LeaseSpeed.Run,
    ["runner"] = RunnerSpeed.Run,
    ["queue"] = QueueSpeed.Run,
    ["events"] = EventSpeed.Run,
    ["first-file"] = FirstFile.Run,
    ["load"] = LoadSpeed.Run,
    ["chaos"] = Chaos.Run,
    ["separate"] = SeparateSpeed.Run,
    ["separation-chaos"] = SeparationChaos.Run,
};
if (args is [FirstWindow.Verb, var weights, var music])
{
    FirstWindow.Answer(weights, music);
    return 0;
}

if (args is ["musicgen-files", var folder])
{
    Console.WriteLine(FullSizeMusicGen.WriteFolder(folder));
    return 0;
}

string[] unknown = [.. args.Where(name => !suites.ContainsKey(name))];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"Unknown: {string.Join(", ", unknown)}. Known: {string.Join(", ", suites.Keys)}.");
    return 2;
}

Console.WriteLine($"{Machine.Describe()}\n");
Console.WriteLine("| what | median | lowest | highest | unit | beside it |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach ((string name, Func<IEnumerable<Measurement>> run) in suites)
{
    if (args.Length > 0 ? !args.Contains(name) : name == "wav") continue;   // a part of audio
    foreach (Measurement measurement in run()) Console.WriteLine(measurement.ToRow());
}

return 0;
